package io.http2duplex.attack;

import static io.http2duplex.wire.Http2Frames.CONTINUATION;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Keeping what costs the server something for as long as it goes, and giving as little as possible for it. */
final class SlowAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "connections without end",
                    Attack.of(0, SlowAttacks::connections).connects(300).reaches("maxConnectionsPerAddress")),
            Map.entry("TCP and nothing more", Attack.of(0, SlowAttacks::silence).connects(7)),
            Map.entry("half a TLS handshake", Attack.of(11, SlowAttacks::handshake)),
            Map.entry("slow head, HTTP/1.1", Attack.of(40, SlowAttacks::head1)),
            Map.entry("slow head, HTTP/2", Attack.of(100, SlowAttacks::head2)),
            Map.entry(
                    "slow body, HTTP/1.1",
                    Attack.of(200, SlowAttacks::body1).connects(2).isAnswered(200)),
            Map.entry(
                    "slow bodies, HTTP/2", Attack.of(600, SlowAttacks::bodies2).isAnswered(200)),
            Map.entry(
                    "nobody reads, HTTP/1.1",
                    Attack.of(50_000, SlowAttacks::unread1).connects(3)),
            Map.entry(
                    "windows of zero",
                    Attack.of(400_000, SlowAttacks::zeroWindows).isAnswered(200)),
            Map.entry(
                    "windows of one byte",
                    Attack.of(400_000, SlowAttacks::tinyWindows).isAnswered(200)),
            Map.entry(
                    "preface and nothing more",
                    Attack.of(80, SlowAttacks::preface).connects(3)),
            Map.entry(
                    "expectations",
                    Attack.of(500, SlowAttacks::expectations).connects(3).isAnswered(100, 200)));

    private static final int SETTINGS_SIZE = 33;

    private SlowAttacks() {}

    private static void connections(Attacker attacker) throws IOException {
        boolean tls = attacker.random.nextBoolean();
        for (int i = 0; i < 300; i++) { // more than maxConnectionsPerAddress
            attacker.tcp(tls);
        }
    }

    private static void silence(Attacker attacker) throws IOException {
        for (int i = 0; i < 5; i++) {
            attacker.hold(attacker.tcp(attacker.random.nextBoolean()));
        }
        attacker.tcp(true).shutdownOutput();
        attacker.tcp(false).shutdownOutput();
    }

    private static void handshake(Attacker attacker) throws IOException {
        // The beginning of a ClientHello of 508 bytes (RFC 8446, section 4.1.2).
        byte[] hello = {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
        AttackerConnection line = attacker.tcp(true);
        line.write(hello).write(attacker.bytes(attacker.random.nextInt(100)));
        attacker.hold(line, held -> held.write(new byte[1]));
    }

    private static void head1(Attacker attacker) throws IOException {
        AttackerConnection line = attacker.http1();
        line.write("GET /echo HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
        attacker.hold(line, held -> held.write("a"));
    }

    private static void head2(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        byte[] block = line.block("GET", "/echo", "x-slow", "a".repeat(120));
        byte[] beginning = Arrays.copyOf(block, block.length - 100);
        line.frame(HEADERS, 0, line.nextStream(), beginning);
        attacker.hold(line, held -> line.frame(CONTINUATION, 0, 1, (byte) 'a'));
    }

    private static void body1(Attacker attacker) throws IOException {
        Http2AttackerConnection opener = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(opener, path, 1);
        attacker.hold(opener);
        AttackerConnection line = attacker.http1();
        line.write("POST " + path + " HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + id
                + "\r\ncontent-length: 100000\r\n\r\n");
        attacker.hold(line, held -> held.write("a"));
    }

    private static void bodies2(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String first = attacker.open(line, path, 1);
        String second = attacker.open(line, path, 2);
        if (first != null && second != null) {
            int chunk = line.post(path, "http2-duplex-id", first, "content-length", "100000");
            int single = line.post(path, "http2-duplex-id", first, "http2-duplex-single", "true");
            int frames = line.post(path, "http2-duplex-id", second, "http2-duplex-version", "2");
            attacker.hold(line, held -> {
                line.data(chunk, false, (byte) 0);
                line.data(single, false, (byte) 0);
                line.data(frames, false, (byte) 0);
            });
        }
    }

    private static void unread1(Attacker attacker) throws IOException {
        Http2AttackerConnection opener = attacker.http2();
        AttackerConnection line = attacker.deafHttp1();
        attacker.hold(line.write("GET /echo HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-version: 2\r\n\r\n"));
        Ids.Opened other = attacker.target.ids.any(attacker.random);
        if (other != null) {
            AttackerConnection download = attacker.deafHttp1();
            download.write("GET " + other.path() + " HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-version: 2\r\n"
                    + "http2-duplex-attach: 1\r\nhttp2-duplex-offset: 0\r\nhttp2-duplex-id: " + other.id()
                    + "\r\n\r\n");
            attacker.hold(download);
            int post = opener.post(other.path(), "http2-duplex-id", other.id());
            for (int i = 0; i < 10; i++) {
                opener.data(post, false, attacker.bytes(6000));
            }
            attacker.hold(opener);
        }
    }

    private static void zeroWindows(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        echoUnread(attacker, line);
        attacker.hold(line);
    }

    private static void tinyWindows(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        echoUnread(attacker, line);
        attacker.hold(line, held -> {
            for (int stream = 1; stream < 20; stream += 2) {
                line.frame(WINDOW_UPDATE, 0, stream, new byte[] {0, 0, 0, 1});
            }
        });
    }

    /** Uploads to echoes that are not read, as much as one may without heeding a window. */
    private static void echoUnread(Attacker attacker, Http2AttackerConnection line) throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String id = attacker.open(line, "/echo", 1);
            if (id != null) {
                ids.add(id);
            }
        }
        line.closeWindows();
        for (String id : ids) {
            int upload = line.post("/echo", "http2-duplex-id", id, "http2-duplex-single", "true");
            for (int j = 0; j < 8; j++) {
                line.data(upload, false, attacker.bytes(16_000));
            }
        }
    }

    /** Bodies that are announced, and never come. */
    private static void expectations(Attacker attacker) throws IOException {
        Http2AttackerConnection opener = attacker.http2();
        String path = attacker.path();
        for (int dialect = 1; dialect <= 2; dialect++) {
            String id = attacker.open(opener, path, dialect);
            AttackerConnection line = attacker.http1();
            line.write("POST " + path + " HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + id
                    + "\r\nhttp2-duplex-version: " + dialect
                    + "\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n");
            attacker.hold(line);
        }
        attacker.hold(opener);
    }

    private static void preface(Attacker attacker) throws IOException {
        attacker.hold(attacker.http2());
        AttackerConnection half = attacker.tcp(false);
        attacker.hold(half.write("PRI * HTTP/2.0\r\n\r\nS"));
        AttackerConnection begun = attacker.tcp(false);
        begun.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").write(new byte[] {0, 0, (byte) SETTINGS_SIZE, 4, 0, 0});
        attacker.hold(begun);
    }
}
