package io.http2duplex.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The floors of the client: an import never points up, and its transport can be replaced. */
@AnalyzeClasses(
        packages = {"io.http2duplex.client", "io.http2duplex.internal.client"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class FloorsOfTheClientTest {
    private static final String API = "io.http2duplex";
    private static final String CORE = "io.http2duplex.internal.core..";
    private static final String RUNTIME = "io.http2duplex.internal.runtime";
    private static final String TRANSPORT = "io.http2duplex.client.transport";
    private static final String INTERNAL = "io.http2duplex.internal.client";

    @ArchTest
    static final ArchRule the_transport_knows_the_api_alone = classes()
            .that()
            .resideInAPackage(TRANSPORT)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(TRANSPORT, API, "java..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule what_carries_knows_the_core_and_the_transport = classes()
            .that()
            .resideInAPackage(INTERNAL)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(INTERNAL, TRANSPORT, CORE, RUNTIME, API, "java..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule only_its_transport_and_the_builder_know_the_http_client = noClasses()
            .that()
            .haveNameNotMatching(".*JdkTransport.*|.*DuplexClient.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..");
}
