package io.http2duplex.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The floors of docs/architecture.md in this module. */
@AnalyzeClasses(
        packages = {"io.http2duplex.servlet", "io.http2duplex.internal.servlet"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ServletFloorsTest {
    @ArchTest
    static final ArchRule the_carriers_do_not_know_the_product = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.internal.servlet")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.http2duplex.servlet");

    @ArchTest
    static final ArchRule nothing_knows_undertow_or_the_server = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.undertow..",
                    "org.xnio..",
                    "io.http2duplex.server",
                    "io.http2duplex.internal.undertow",
                    "io.http2duplex.metrics");

    /** It must load on other containers. */
    @ArchTest
    static final ArchRule one_class_knows_tomcat_and_none_jetty = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("ForTomcat")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache..", "org.eclipse..");
}
