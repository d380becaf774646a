package io.http2duplex.attack;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** HTTP/1.1 as it is not meant (RFC 9112), and what is no HTTP at all. */
final class Http1Attacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "random bytes", Attack.of(15_000, Http1Attacks::randomBytes).connects(13)),
            Map.entry(
                    "requests in bodies",
                    Attack.of(600, Http1Attacks::smuggling).connects(4)),
            Map.entry(
                    "chunks that are none",
                    Attack.of(10_000, Http1Attacks::badChunks).connects(4).isAnswered(200)),
            Map.entry(
                    "heads that are none",
                    Attack.of(150, Http1Attacks::badHeads).connects(5).isAnswered(400)),
            Map.entry(
                    "giant heads, HTTP/1.1",
                    Attack.of(1_000_000, Http1Attacks::giants).connects(4).isAnswered(400)),
            Map.entry(
                    "lengths that are not true, HTTP/1.1",
                    Attack.of(1200, Http1Attacks::lengths).connects(7).isAnswered(200, 400)),
            Map.entry(
                    "origins",
                    Attack.of(15_000, Http1Attacks::origins).connects(9).isAnswered(403)),
            Map.entry(
                    "chunks that hide a request",
                    Attack.of(500, Http1Attacks::hidingChunks).connects(3).isAnswered(400)),
            Map.entry(
                    "renegotiation", Attack.of(40, Http1Attacks::renegotiation).reaches("renegotiation")),
            Map.entry("pipelines", Attack.of(100_000, Http1Attacks::pipelines)),
            Map.entry(
                    "handshakes",
                    Attack.of(200, Http1Attacks::handshakes).connects(15).isAnswered(400)));

    private static final String MARKUP = "<" + Attacker.MARKUP + ">";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";

    private Http1Attacks() {}

    private static void randomBytes(Attacker attacker) throws IOException {
        for (int i = 0; i < 10; i++) {
            attacker.tcp(i % 2 == 0).write(attacker.bytes(1 + attacker.random.nextInt(3000)));
        }
        attacker.tcp(true).write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
        attacker.tcp(false).write(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 0});
        attacker.http1().write(attacker.bytes(1000)); // within TLS, on one of the ports
    }

    private static void smuggling(Attacker attacker) throws IOException {
        List<String> lengths = List.of(
                "content-length: 5\r\ntransfer-encoding: chunked",
                "transfer-encoding: chunked\r\ncontent-length: 5",
                "content-length: 5\r\ncontent-length: 6",
                "content-length: 5\r\ncontent-length: 5",
                "content-length: 5, 6",
                "content-length: +5",
                "content-length: 0x5",
                "content-length : 5",
                "content-length:\r\n 5",
                "transfer-encoding: xchunked",
                "transfer-encoding : chunked",
                "transfer-encoding: chunked\r\ntransfer-encoding: identity",
                "transfer-encoding: identity, chunked",
                "transfer-encoding:\013chunked",
                "transfer-encoding: \"chunked\"",
                "x: y\ntransfer-encoding: chunked");
        for (int i = 0; i < 4; i++) {
            String length = lengths.get(attacker.random.nextInt(lengths.size()));
            attacker.http1()
                    .write("POST /echo HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + "x".repeat(32) + "\r\n"
                            + length + "\r\n\r\n0\r\n\r\n" + SMUGGLED);
        }
    }

    private static void badChunks(Attacker attacker) throws IOException {
        List<String> bodies = List.of(
                "-1\r\n",
                "0x5\r\nabcde\r\n0\r\n\r\n",
                "+5\r\nabcde\r\n0\r\n\r\n",
                "fffffffffffffffff\r\n",
                "7fffffffffffffff\r\nabc",
                "5\nabcde\n0\n\n",
                "5;" + "x".repeat(50_000) + "\r\nabcde\r\n0\r\n\r\n",
                "5\r\nabcdeXX0\r\n\r\n",
                "\r\n\r\n",
                MARKUP + "\r\n",
                "0\r\nx: " + "y".repeat(50_000) + "\r\n\r\n",
                "0\r\ncontent-length: 5\r\n\r\n" + SMUGGLED,
                "1\r\na\r\n".repeat(3000));
        Http2AttackerConnection opener = attacker.http2();
        for (int i = 0; i < 3; i++) {
            String path = attacker.path();
            String id = attacker.open(opener, path, 1 + attacker.random.nextInt(2));
            for (String head :
                    List.of("POST " + path + " HTTP/1.1\r\nhttp2-duplex-id: " + id, "PUT " + path + " HTTP/1.1")) {
                attacker.http1()
                        .write(head + "\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
                                + bodies.get(attacker.random.nextInt(bodies.size())));
            }
        }
    }

    /** Chunks that one reads as the end of a body, and another does not: behind them there is no second request. */
    private static void hidingChunks(Attacker attacker) throws IOException {
        List<String> framings = List.of(
                "transfer-encoding: chunked\r\n\r\n4\nabcd\n0\n\n",
                "transfer-encoding: chunked\r\n\r\n4;a\nabcd\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4\r\nabcdef\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4\r\nabcd0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4\r\nabcd\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n 4\r\nabcd\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4 ;x\r\nabcd\r\n0\n\r\n",
                "transfer-encoding:\r\n chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
        for (String path : List.of("/none", Target.FILE, "/echo")) {
            AttackerConnection line = attacker.http1().mayBeAnsweredOnce();
            line.write("POST " + path + " HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + "x".repeat(32) + "\r\n"
                    + framings.get(attacker.random.nextInt(framings.size())) + SMUGGLED);
            line.awaitClose();
        }
    }

    /** Handshakes within a connection cost the server more than they cost its client. */
    private static void renegotiation(Attacker attacker) throws IOException {
        AttackerConnection line = attacker.tls12();
        line.write("GET /none HTTP/1.1\r\nhost: localhost\r\n\r\n");
        for (int i = 0; i < 50; i++) {
            line.renegotiate();
            line.write("GET /none HTTP/1.1\r\nhost: localhost\r\n\r\n");
        }
        line.awaitClose();
    }

    private static void badHeads(Attacker attacker) throws IOException {
        List<String> heads = List.of(
                "GET /echo HTTP/9.9\r\n\r\n",
                "GET /echo HTTP/1.1\r\n\r\n",
                "GET /echo\r\n",
                "GET  /echo  HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET http://elsewhere/echo HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET " + MARKUP + " HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET /" + MARKUP + " HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET /%zz%" + MARKUP + " HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET /echo?%zz HTTP/1.1\r\nhost: " + MARKUP + "\r\n\r\n",
                MARKUP + " /echo HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "TRACE /echo HTTP/1.1\r\nhost: localhost\r\nx: " + MARKUP + "\r\n\r\n",
                "CONNECT elsewhere:80 HTTP/1.1\r\nhost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n",
                "GET /echo HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
                "POST /echo HTTP/1.1\r\nhost: localhost\r\nexpect: " + MARKUP + "\r\ncontent-length: 5\r\n\r\n",
                "GET /echo HTTP/1.1\nhost: localhost\n\n",
                "GET /echo HTTP/1.1\r\nhost: localhost\r\n folded: a\r\n\r\n",
                "GET /echo HTTP/1.1\r\n: no-name\r\n\r\n",
                "GET /echo HTTP/1.1\r\nx\0y: \0\r\n\r\n",
                "GET /echo HTTP/1.0\r\n\r\n",
                "\r\n\r\n\r\nGET /echo HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
                "GET /echo HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(50));
        for (int i = 0; i < 5; i++) {
            attacker.http1().write(heads.get(attacker.random.nextInt(heads.size())));
        }
    }

    private static void giants(Attacker attacker) throws IOException {
        attacker.http1().write("GET /echo?" + "a".repeat(500_000));
        attacker.http1().write("GET /echo HTTP/1.1\r\nhost: localhost\r\nx: " + "a".repeat(1_500_000));
        attacker.http1().write("GET /echo HTTP/1.1\r\n" + "x: y\r\n".repeat(5000) + "\r\n");
        attacker.http1().write("a".repeat(100_000));
    }

    private static void lengths(Attacker attacker) throws IOException {
        Http2AttackerConnection opener = attacker.http2();
        for (String length : List.of("5", "15", "0", "9223372036854775807", "-1", "99999999999999999999")) {
            String path = attacker.path();
            String id = attacker.open(opener, path, 1 + attacker.random.nextInt(2));
            AttackerConnection line = attacker.http1();
            line.write("POST " + path + " HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + id
                    + "\r\ncontent-length: " + length + "\r\n\r\n0123456789");
            line.shutdownOutput();
        }
    }

    /** Requests whose answers nobody reads. */
    private static void pipelines(Attacker attacker) throws IOException {
        AttackerConnection line = attacker.deafHttp1();
        for (int i = 0; i < 100; i++) {
            line.write("GET /none HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(50));
        }
        attacker.hold(line);
    }

    private static void handshakes(Attacker attacker) throws IOException {
        for (int i = 0; i < 5; i++) {
            attacker.line(new AttackerConnection.Kind(true, "http/1.1", true))
                    .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            attacker.line(new AttackerConnection.Kind(true, "h2", true)).write("GET / HTTP/1.1\r\n\r\n");
            attacker.line(new AttackerConnection.Kind(true, "http/1.1", true)).close();
        }
    }

    private static void origins(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (String origin : List.of(
                "null",
                "https://evil.example",
                "https://localhost.evil.example",
                "https://localhost@evil.example",
                MARKUP,
                "",
                "https://localhost\thttps://evil.example",
                "a".repeat(5000))) {
            line.get(attacker.path(), "origin", origin);
            int post = line.post(attacker.path(), "origin", origin, "http2-duplex-id", "x".repeat(32));
            line.data(post, true, attacker.bytes(10));
            attacker.http1()
                    .write("OPTIONS " + attacker.path() + " HTTP/1.1\r\nhost: localhost\r\norigin: " + origin
                            + "\r\naccess-control-request-method: " + MARKUP
                            + "\r\naccess-control-request-headers: " + MARKUP + "\r\n\r\n");
        }
        line.head(1);
    }
}
