package io.http2duplex.nodes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the classes of this module may know. */
@AnalyzeClasses(packages = "io.http2duplex.nodes", importOptions = ImportOption.DoNotIncludeTests.class)
class NodesFloorTest {
    @ArchTest
    static final ArchRule only_JGroupsBus_knows_JGroups_which_is_optional = noClasses()
            .that()
            .haveNameNotMatching(".*\\.JGroupsBus(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jgroups..");

    @ArchTest
    static final ArchRule only_RedisBus_knows_Lettuce_which_is_optional = noClasses()
            .that()
            .haveNameNotMatching(".*\\.RedisBus(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "reactor..", "io.netty..");

    @ArchTest
    static final ArchRule nodes_know_ids_and_option_checks_of_what_is_internal = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.http2duplex.internal.core.*",
                    "io.http2duplex.internal.runtime..",
                    "io.http2duplex.internal.handler..",
                    "io.http2duplex.internal.undertow..",
                    "io.http2duplex.internal.listener..");
}
