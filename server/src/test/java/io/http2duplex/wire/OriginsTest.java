package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages may use the handler, and what their browsers are told. */
class OriginsTest {
    private static final String FRIEND = "https://app.example.com";
    private static final String STRANGER = "https://app.example.com.evil.example";

    private static String own(Transport transport) {
        return transport.tls ? "https://localhost" : "http://localhost";
    }

    private static TestServer friendly() {
        return TestServer.start(
                TestServer::echo,
                options -> options.allowedOrigins(FRIEND, "http://localhost:8080")
                        .allowedHeaders("Authorization", "X-Tenant"));
    }

    private static Request preflight(Client client, String origin) throws IOException {
        return client.send(
                "OPTIONS",
                false,
                "origin",
                origin,
                "access-control-request-method",
                "POST",
                "access-control-request-headers",
                "http2-duplex-id");
    }

    private static void assertNoCors(Request request) {
        request.status();
        for (String name : List.of("allow-origin", "allow-credentials", "allow-methods", "allow-headers", "max-age")) {
            assertThat(request.header("access-control-" + name)).as(name).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfTheServersOwnOriginMayAndNothingElseOnTheWayIsNeeded(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.send("GET", false, "origin", own(transport));
            download.read(1);
            assertThat(download.header("vary")).isEqualTo("*");
            assertNoCors(download);
            Request upload = client.post(download.id(), bytes(10), "origin", own(transport));
            assertThat(upload.status()).isEqualTo(200);
            assertNoCors(upload);
            assertThat(download.read(10)).isEqualTo(bytes(10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfOtherOriginsMayNotWhateverTheyAskFor(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request good = client.open();
            String other = transport.tls ? "http://localhost" : "https://localhost";
            for (String origin :
                    List.of(STRANGER, "null", "", other, "http://localhost:1", "https://localhost.evil.example")) {
                Request get = client.send("GET", false, "origin", origin);
                assertRefused(get, 403, "origin-not-allowed");
                assertNoCors(get);
                assertThat(get.header("vary")).isEqualTo("*");
                assertRefused(client.post(good.id(), bytes(100_000), "origin", origin), 403, "origin-not-allowed");
                assertRefused(client.post("hostile", bytes(10), "origin", origin), 403, "origin-not-allowed");
                assertRefused(client.send("PUT", false, "origin", origin), 403, "origin-not-allowed");
                Request preflight = preflight(client, origin);
                assertRefused(preflight, 403, "origin-not-allowed");
                assertNoCors(preflight);
            }
            String own = own(transport);
            assertRefused(client.send("GET", false, "origin", own, "origin", own), 403, "origin-not-allowed");
            assertThat(server.handler().sessions()).isEqualTo(1);
            assertThat(client.post(good.id(), bytes(10)).status()).isEqualTo(200);
            assertThat(good.read(10)).isEqualTo(bytes(10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfAnAllowedOriginMayAndReadEveryAnswer(Transport transport) throws IOException {
        try (TestServer server = friendly();
                Client client = Client.connect(transport, server)) {
            Request preflight = preflight(client, FRIEND);
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("access-control-allow-origin")).isEqualTo(FRIEND);
            assertThat(preflight.header("access-control-allow-methods")).isEqualTo("GET, POST");
            assertThat(String.valueOf(preflight.header("access-control-allow-headers"))
                            .split(", "))
                    .contains("content-type", "http2-duplex-id", "http2-duplex-single", "http2-duplex-end")
                    .contains("http2-duplex-destroyed", "http2-duplex-version", "http2-duplex-limit")
                    .contains("http2-duplex-attach", "http2-duplex-offset", "authorization", "x-tenant");
            assertThat(preflight.header("access-control-max-age")).isEqualTo("7200");
            assertThat(preflight.header("access-control-allow-credentials")).isNull();
            assertThat(preflight.header("vary")).isEqualTo("*");

            Request download = client.send("GET", false, "origin", FRIEND);
            download.read(1);
            assertThat(download.header("access-control-allow-origin")).isEqualTo(FRIEND);
            assertThat(download.header("access-control-expose-headers")).contains("http2-duplex-id");
            Request upload = client.post(download.id(), bytes(10), "origin", FRIEND);
            assertThat(upload.status()).isEqualTo(200);
            assertThat(upload.header("access-control-allow-origin")).isEqualTo(FRIEND);

            Request refused = client.post("x".repeat(32), bytes(10), "origin", FRIEND);
            assertRefused(refused, 404, "unknown-session");
            assertThat(refused.header("access-control-allow-origin")).isEqualTo(FRIEND);
            assertThat(refused.header("access-control-expose-headers")).contains("Retry-After");

            assertRefused(client.send("GET", false, "origin", STRANGER), 403, "origin-not-allowed");
            assertThat(client.send("GET", false, "origin", own(transport)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void credentialsAreAllowedWhenTheyAreAskedFor() throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::echo,
                        options -> options.allowedOrigins(FRIEND).allowCredentials(true));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (Request request : List.of(
                    preflight(client, FRIEND),
                    client.send("GET", false, "origin", FRIEND),
                    client.post("x".repeat(32), bytes(1), "origin", FRIEND))) {
                request.status();
                assertThat(request.header("access-control-allow-credentials")).isEqualTo("true");
                assertThat(request.header("access-control-allow-origin")).isEqualTo(FRIEND);
            }
        }
    }

    /** Behind a proxy that names neither the page's scheme nor its host. */
    @Test
    void whatTheBrowserSaysOfThePageGoesBeforeSchemeAndHost() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP1_CLEAR, server)) {
            String[] page = {"origin", "https://www.example.com", "sec-fetch-site", "same-origin"};
            assertThat(client.send("GET", false, page).status()).isEqualTo(200);
            for (String site : List.of("cross-site", "same-site", "none", "")) {
                page[3] = site;
                assertRefused(client.send("GET", false, page), 403, "origin-not-allowed");
                page[1] = "http://localhost";
                assertRefused(client.send("GET", false, page), 403, "origin-not-allowed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofSeveralThingsThatTheBrowserIsSaidToSayNoneCounts(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            String[] page = {"origin", STRANGER, "sec-fetch-site", "same-origin", "sec-fetch-site", "cross-site"};
            assertRefused(client.send("GET", false, page), 403, "origin-not-allowed");
            page[5] = "same-origin";
            assertRefused(client.send("GET", false, page), 403, "origin-not-allowed");
            page[1] = own(transport);
            assertRefused(client.send("GET", false, page), 403, "origin-not-allowed");
        }
    }

    @Test
    void aLinkOrAnImageOfAnotherSiteOpensNothingAlthoughItHasNoOrigin() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (String site : List.of("cross-site", "same-site")) {
                assertRefused(client.send("GET", false, "sec-fetch-site", site), 403, "origin-not-allowed");
            }
            for (String site : List.of("same-origin", "none")) {
                assertThat(client.send("GET", false, "sec-fetch-site", site).status())
                        .isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:443", "LOCALHOST", "localhost"})
    void theSchemesOwnPortIsNotPartOfAnOrigin(String host) throws IOException {
        try (TestServer server = TestServer.behind(next -> exchange -> {
                    exchange.getRequestHeaders().put(Headers.HOST, host);
                    next.handleRequest(exchange);
                });
                Client client = Client.connect(Transport.HTTP1_TLS, server)) {
            assertThat(client.send("GET", false, "origin", "https://localhost").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aPreflightIsAnsweredBeforeHandlersThatAskForCredentialsAndTheirRefusalCanBeRead() throws IOException {
        HttpHandler unauthorized = exchange -> {
            exchange.setStatusCode(401);
            exchange.endExchange();
        };
        try (TestServer server = TestServer.behind(
                        duplexes -> duplexes.checkingOrigins(
                                exchange -> (exchange.getRequestHeaders().contains("authorization")
                                                ? duplexes
                                                : unauthorized)
                                        .handleRequest(exchange)),
                        options -> options.allowedOrigins(FRIEND));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertThat(preflight(client, FRIEND).status()).isEqualTo(204);
            Request refused = client.send("GET", false, "origin", FRIEND);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("access-control-allow-origin")).isEqualTo(FRIEND);
            Request stranger = client.send("GET", false, "origin", STRANGER, "authorization", "x");
            assertRefused(stranger, 403, "origin-not-allowed");
            Request taken = client.send("GET", false, "origin", FRIEND, "authorization", "x");
            assertThat(taken.status()).isEqualTo(200);
            assertThat(taken.header("vary")).isEqualTo("*");
            assertThat(server.handler().statistics().refused()).containsEntry("origin-not-allowed", 1L);
        }
    }

    @Test
    void optionsWithoutAnOriginTellsTheMethodsAsEver() throws IOException {
        try (TestServer server = friendly();
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request options = client.send("OPTIONS", false);
            assertThat(options.status()).isEqualTo(200);
            assertThat(options.header("allow")).isEqualTo("GET, POST, OPTIONS");
            assertNoCors(options);
        }
    }
}
