package io.http2duplex;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.http2duplex", importOptions = ImportOption.DoNotIncludeTests.class)
class FloorsTest {
    @ArchTest
    static final ArchRule the_protocol_imports_the_jdk_alone = classes()
            .that()
            .resideInAPackage("io.http2duplex.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.http2duplex.protocol..", "java..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule the_protocol_does_no_input_or_output_and_knows_no_threads = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.net..",
                    "java.nio.channels..",
                    "java.nio.file..",
                    "java.io..",
                    "java.time..",
                    "java.util.concurrent..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, ThreadLocal.class, java.util.Timer.class);

    @ArchTest
    static final ArchRule the_protocol_has_no_clock_of_its_own = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.protocol..")
            .should()
            .callMethodWhere(target(describe(
                    "tells the time",
                    method -> method.getOwner().isEquivalentTo(System.class)
                            && (method.getName().equals("nanoTime")
                                    || method.getName().equals("currentTimeMillis")))));

    @ArchTest
    static final ArchRule what_is_common_to_the_dialects_knows_neither = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.protocol")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.http2duplex.protocol.*");

    @ArchTest
    static final ArchRule the_dialects_do_not_know_each_other =
            slices().matching("io.http2duplex.protocol.(*)").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule undertows_floor_does_not_know_the_api_above_it = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.undertow..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.http2duplex");

    @ArchTest
    static final ArchRule only_undertows_floor_touches_channels = noClasses()
            .that()
            .resideOutsideOfPackage("io.http2duplex.undertow..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.xnio.channels..", "org.xnio.conduits..");

    @ArchTest
    static final ArchRule only_the_metrics_know_micrometer = noClasses()
            .that()
            .resideOutsideOfPackage("io.http2duplex.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.http2duplex.metrics..");

    @ArchTest
    static final ArchRule the_metrics_know_the_api_and_not_the_server_below_it = noClasses()
            .that()
            .resideInAPackage("io.http2duplex.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.http2duplex.undertow..", "io.http2duplex.protocol.*", "io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule no_packages_depend_on_each_other_in_a_circle =
            slices().matching("io.http2duplex.(**)").should().beFreeOfCycles();
}
