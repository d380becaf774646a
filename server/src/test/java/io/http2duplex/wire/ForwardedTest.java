package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a {@link DuplexServer} believes what was noted of a request's client. The tests' own address is 127.0.0.1. */
class ForwardedTest {
    private enum Trust {
        NOBODY,
        OTHERS,
        X,
        RFC7239;

        DuplexServer.Builder in(DuplexServer.Builder options) {
            return switch (this) {
                case NOBODY -> options;
                case OTHERS -> options.trustXForwarded("10.0.0.0/8", "127.0.0.2");
                case X -> options.trustXForwarded("127.0.0.1", "10.0.0.0/8", "2001:db8::/33");
                case RFC7239 -> options.trustForwarded("127.0.0.0/30", "10.0.0.0/8");
            };
        }
    }

    /** Address, scheme and host as a duplex has them. */
    private static String seen(Trust trust, String... headers) throws IOException {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        DuplexHandler duplexes = DuplexHandler.builder(opened::complete).build();
        try (DuplexServer server =
                trust.in(DuplexServer.builder().handle("/", duplexes)).build()) {
            server.start();
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
                client.send("GET", false, headers);
                var request = Await.result(opened).request();
                return request.remoteAddress().getAddress().getHostAddress() + " " + request.scheme() + " "
                        + request.host();
            }
        }
    }

    static Stream<Arguments> notes() {
        String own = "127.0.0.1 http localhost";
        return Stream.of(
                notes(
                        "by default none counts",
                        Trust.NOBODY,
                        own,
                        "x-forwarded-for",
                        "1.2.3.4",
                        "forwarded",
                        "for=1.2.3.4"),
                notes("nor from an address that is not trusted", Trust.OTHERS, own, "x-forwarded-for", "1.2.3.4"),
                notes("nor one that was not asked for", Trust.X, own, "forwarded", "for=1.2.3.4;proto=https;host=a"),
                notes("nor the other", Trust.RFC7239, own, "x-forwarded-for", "1.2.3.4", "x-forwarded-proto", "https"),
                notes("a trusted proxy's counts", Trust.X, "1.2.3.4 http localhost", "x-forwarded-for", "1.2.3.4"),
                notes(
                        "with scheme and host",
                        Trust.X,
                        "1.2.3.4 https a.example:8443",
                        "x-forwarded-for",
                        "1.2.3.4:5678",
                        "x-forwarded-proto",
                        "http, HTTPS",
                        "x-forwarded-host",
                        "evil.example, a.example:8443"),
                notes(
                        "but not what the client made up before",
                        Trust.X,
                        "1.2.3.4 http localhost",
                        "x-forwarded-for",
                        "9.9.9.9, 10.0.0.1, 1.2.3.4"),
                notes(
                        "of several proxies the first",
                        Trust.X,
                        "1.2.3.4 http localhost",
                        "x-forwarded-for",
                        "1.2.3.4, 10.1.2.3"),
                notes(
                        "in several headers",
                        Trust.X,
                        "1.2.3.4 http localhost",
                        "x-forwarded-for",
                        "9.9.9.9, 1.2.3.4",
                        "x-forwarded-for",
                        "10.1.2.3"),
                notes("IPv6", Trust.X, "2001:db8:8000:0:0:0:0:1 http localhost", "x-forwarded-for", "2001:db8:8000::1"),
                notes(
                        "IPv6 proxies",
                        Trust.X,
                        "1.2.3.4 http localhost",
                        "x-forwarded-for",
                        "1.2.3.4, [2001:db8:7fff::1]:80"),
                notes("all trusted", Trust.X, "10.0.0.9 http localhost", "x-forwarded-for", "10.0.0.9, 10.0.0.8"),
                notes(
                        "what is no address ends it",
                        Trust.X,
                        "10.0.0.8 http localhost",
                        "x-forwarded-for",
                        "unknown, 10.0.0.8"),
                notes("alone too", Trust.X, own, "x-forwarded-for", "256.1.1.1", "x-forwarded-proto", "https"),
                notes("empty", Trust.X, own, "x-forwarded-for", ""),
                notes("scheme alone", Trust.X, own, "x-forwarded-proto", "https"),
                notes(
                        "a scheme or host that is none",
                        Trust.X,
                        "1.2.3.4 http localhost",
                        "x-forwarded-for",
                        "1.2.3.4",
                        "x-forwarded-proto",
                        "javascript",
                        "x-forwarded-host",
                        "a/b?c"),
                notes(
                        "RFC 7239",
                        Trust.RFC7239,
                        "1.2.3.4 https a.example",
                        "forwarded",
                        "for=9.9.9.9;host=evil, For=1.2.3.4; Proto=https ;HOST=\"a.example\", for=\"10.0.0.1:80\";proto=http"),
                notes(
                        "RFC 7239, IPv6",
                        Trust.RFC7239,
                        "2001:db8:0:0:0:0:0:1 http a:80",
                        "forwarded",
                        "for=\"[2001:db8::1]:4711\";by=_hidden;host=\"a\\:80\""),
                notes("RFC 7239, hidden", Trust.RFC7239, own, "forwarded", "for=_hidden;proto=https"),
                notes("RFC 7239, malformed", Trust.RFC7239, own, "forwarded", "=;for;=x;\"a,for=1.2.3.4"));
    }

    private static Arguments notes(String name, Trust trust, String seen, String... headers) {
        return Arguments.of(name, trust, seen, headers);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notes")
    void whatIsNotedCountsAsFarAsItsWriterIsTrusted(String name, Trust trust, String seen, String[] headers)
            throws IOException {
        assertThat(seen(trust, headers)).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/-1", "1.2.3", "1.2.3.04", "::g"
            })
    void whatIsNoAddressIsRefused(String proxy) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DuplexServer.builder().trustXForwarded(proxy))
                .withMessageContaining("A proxy must be an address, or a range such as 10.0.0.0/8")
                .withMessageEndingWith(": " + proxy);
    }

    @Test
    void oneOfTheTwoWaysIsTrusted() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> DuplexServer.builder().trustXForwarded("10.0.0.1").trustForwarded("10.0.0.1"))
                .withMessageContaining("either trustForwarded or trustXForwarded");
    }
}
