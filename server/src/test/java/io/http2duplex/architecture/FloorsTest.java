package io.http2duplex.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The floors of docs/architecture.md: an import never points up. */
@AnalyzeClasses(
        packages = "io.http2duplex",
        importOptions = {ImportOption.DoNotIncludeTests.class, FloorsTest.NoTestJars.class})
class FloorsTest {
    /** The tests of core are in a jar when the whole is built. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String API = "io.http2duplex";
    private static final String OPTIONS = "io.http2duplex.internal.options";
    private static final String CORE = "io.http2duplex.internal.core";
    private static final String DIALECTS = "io.http2duplex.internal.core.*";
    private static final String RESUMABLE = "io.http2duplex.internal.core.resumable";
    private static final String CLIENT_SIDE = "io.http2duplex.internal.core.resumable.client";
    private static final String RUNTIME = "io.http2duplex.internal.runtime";
    private static final String HANDLER = "io.http2duplex.internal.handler";
    private static final String UNDERTOW = "io.http2duplex.internal.undertow";
    private static final String LISTENER = "io.http2duplex.internal.listener";
    private static final String PRODUCTS = "io.http2duplex.server";
    private static final String METRICS = "io.http2duplex.metrics";
    private static final String[] LIBRARIES = {"java..", "org.jspecify.annotations", "org.jboss.logging"};

    private static ArchRule floor(String floor, String... below) {
        String[] allowed = Stream.of(new String[] {floor}, below, LIBRARIES)
                .flatMap(Stream::of)
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(floor)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed);
    }

    @ArchTest
    static final ArchRule option_checks_know_the_jdk_alone = floor(OPTIONS);

    @ArchTest
    static final ArchRule the_api_knows_option_checks_alone = floor(API, OPTIONS);

    @ArchTest
    static final ArchRule the_core_knows_the_api = floor(CORE, API);

    @ArchTest
    static final ArchRule the_dialects_know_the_core_and_not_each_other = floor(DIALECTS, CORE, API);

    @ArchTest
    static final ArchRule the_dialects_do_not_know_each_other =
            slices().matching("io.http2duplex.internal.core.(*)").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule the_clients_side_knows_its_dialect = floor(CLIENT_SIDE, RESUMABLE, CORE, API);

    @ArchTest
    static final ArchRule the_runtime_knows_the_core = floor(RUNTIME, CORE, DIALECTS, API);

    @ArchTest
    static final ArchRule the_endpoint_knows_no_host = floor(HANDLER, RUNTIME, CORE, DIALECTS, OPTIONS, API);

    @ArchTest
    static final ArchRule undertows_floor_knows_no_product_and_no_listener = noClasses()
            .that()
            .resideInAPackage(UNDERTOW)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LISTENER, PRODUCTS, METRICS);

    @ArchTest
    static final ArchRule the_listener_knows_no_product = noClasses()
            .that()
            .resideInAPackage(LISTENER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PRODUCTS, METRICS, HANDLER);

    @ArchTest
    static final ArchRule the_core_does_no_input_or_output_and_knows_no_threads = noClasses()
            .that()
            .resideInAnyPackage(CORE, DIALECTS, CLIENT_SIDE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.net..",
                    "java.nio.channels..",
                    "java.nio.file..",
                    "java.io..",
                    "java.time..",
                    "java.util.concurrent..",
                    "org.jboss.logging..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, ThreadLocal.class, java.util.Timer.class);

    @ArchTest
    static final ArchRule the_core_has_no_clock_of_its_own = noClasses()
            .that()
            .resideInAnyPackage(CORE, DIALECTS, CLIENT_SIDE)
            .should()
            .callMethodWhere(target(describe(
                    "tells the time",
                    method -> method.getOwner().isEquivalentTo(System.class)
                            && (method.getName().equals("nanoTime")
                                    || method.getName().equals("currentTimeMillis")))));

    @ArchTest
    static final ArchRule what_is_common_to_the_dialects_knows_neither = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DIALECTS);

    @ArchTest
    static final ArchRule only_undertows_floors_touch_channels = noClasses()
            .that()
            .resideOutsideOfPackages(UNDERTOW, LISTENER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.xnio.channels..", "org.xnio.conduits..");

    @ArchTest
    static final ArchRule only_undertows_floors_and_the_products_know_undertow = noClasses()
            .that()
            .resideOutsideOfPackages(UNDERTOW, LISTENER, PRODUCTS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule only_the_metrics_know_micrometer = noClasses()
            .that()
            .resideOutsideOfPackage(METRICS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", METRICS);

    @ArchTest
    static final ArchRule jackson_is_known_by_its_core_alone = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson.databind..", "com.fasterxml..");

    @ArchTest
    static final ArchRule the_metrics_know_the_api_and_the_products_alone = noClasses()
            .that()
            .resideInAPackage(METRICS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.http2duplex.internal..", "io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule no_packages_depend_on_each_other_in_a_circle =
            slices().matching("io.http2duplex.(**)").should().beFreeOfCycles();

    @ArchTest
    static void public_signatures_outside_internal_name_no_internal_type(JavaClasses all) {
        List<String> found = new ArrayList<>();
        for (JavaClass type : all) {
            if (isApi(type)) {
                type.getMembers().stream()
                        .filter(FloorsTest::isApi)
                        .forEach(member -> named(member).stream()
                                .filter(FloorsTest::isInternal)
                                .forEach(internal -> found.add(member.getFullName() + " names " + internal.getName())));
                type.getRawSuperclass()
                        .filter(FloorsTest::isInternal)
                        .ifPresent(above -> found.add(type.getName() + " extends " + above.getName()));
            }
        }
        assertThat(found).isEmpty();
    }

    @ArchTest
    static void the_words_of_the_api_are_at_most_16(JavaClasses all) {
        assertThat(all.that(new DescribedPredicate<>("are the words of the API") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.getPackageName().equals(API) && type.isTopLevelClass() && isApi(type);
                    }
                }))
                .hasSizeBetween(10, 16);
    }

    private static boolean isApi(JavaClass type) {
        return !isInternal(type) && type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static boolean isApi(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith("io.http2duplex.internal");
    }

    private static Set<JavaClass> named(JavaMember member) {
        if (member instanceof JavaField field) {
            return field.getType().getAllInvolvedRawTypes();
        }
        JavaCodeUnit unit = (JavaCodeUnit) member;
        Set<JavaClass> named = new java.util.HashSet<>(unit.getReturnType().getAllInvolvedRawTypes());
        unit.getParameterTypes().forEach(type -> named.addAll(type.getAllInvolvedRawTypes()));
        named.addAll(unit.getExceptionTypes());
        return named;
    }
}
