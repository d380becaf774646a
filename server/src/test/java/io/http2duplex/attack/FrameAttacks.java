package io.http2duplex.attack;

import static io.http2duplex.attack.Http2AttackerConnection.setting;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.GOAWAY;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.PING;
import static io.http2duplex.wire.Http2Frames.PRIORITY;
import static io.http2duplex.wire.Http2Frames.PUSH_PROMISE;
import static io.http2duplex.wire.Http2Frames.RST_STREAM;
import static io.http2duplex.wire.Http2Frames.SETTINGS;
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Frames of HTTP/2 as they are not meant (RFC 9113), except header blocks. */
final class FrameAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "rapid resets", Attack.of(90_000, FrameAttacks::rapidResets).reaches("maxResetsPerMinute")),
            Map.entry(
                    "rapid resets of uploads",
                    Attack.of(150_000, FrameAttacks::rapidResetsOfUploads)
                            .isAnswered(200)
                            .reaches("maxResetsPerMinute")),
            Map.entry(
                    "streams over the limit",
                    Attack.of(60_000, FrameAttacks::tooManyStreams).reaches("maxStreams")),
            Map.entry(
                    "window updates that overflow",
                    Attack.of(450, FrameAttacks::windowOverflow).connects(3)),
            Map.entry(
                    "more than the window",
                    Attack.of(100_000, FrameAttacks::beyondWindow).reaches("streamWindow")),
            Map.entry(
                    "floods of frames", Attack.of(60_000, FrameAttacks::floods).reaches("maxControlFramesPerMinute")),
            Map.entry(
                    "floods of window updates",
                    Attack.of(70_000, FrameAttacks::windowUpdates)
                            .isAnswered(200)
                            .reaches("maxControlFramesPerMinute")),
            Map.entry(
                    "random frames", Attack.of(8000, FrameAttacks::randomFrames).connects(10)),
            Map.entry(
                    "frames that must not be",
                    Attack.of(400, FrameAttacks::brokenFrames).connects(5)),
            Map.entry("crumbs", Attack.of(50_000, FrameAttacks::crumbs).isAnswered(200)));

    private static final int FLOOD = 7000; // more than maxControlFramesPerMinute
    private static final int MANY_STREAMS = 1300; // more than maxResetsPerMinute
    private static final int UNKNOWN = 99;
    private static final int PADDED = 8;

    private FrameAttacks() {}

    private static void rapidResets(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        for (int i = 0; i < MANY_STREAMS; i++) {
            line.cut(line.get(path));
        }
        line.awaitClose();
    }

    private static void rapidResetsOfUploads(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(line, path, 1);
        for (int i = 0; id != null && i < MANY_STREAMS; i++) {
            int post = line.post(path, "http2-duplex-id", id);
            line.data(post, false, attacker.bytes(10));
            line.cut(post);
        }
        line.awaitClose();
    }

    private static void tooManyStreams(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < MANY_STREAMS; i++) {
            if (i % 2 == 0) {
                line.get(attacker.path());
            } else {
                line.post(attacker.path(), "http2-duplex-id", "x".repeat(32));
            }
        }
        line.awaitClose();
    }

    private static void windowOverflow(Attacker attacker) throws IOException {
        byte[] most = {127, -1, -1, -1};
        for (int stream : List.of(0, 1)) {
            Http2AttackerConnection line = attacker.http2();
            line.get("/echo");
            line.frame(WINDOW_UPDATE, 0, stream, most);
            line.frame(WINDOW_UPDATE, 0, stream, most);
            line.frame(WINDOW_UPDATE, 0, stream, new byte[4]);
        }
        Http2AttackerConnection line = attacker.http2();
        line.get("/echo");
        line.frame(WINDOW_UPDATE, 0, 1, most);
        line.frame(SETTINGS, 0, 0, setting(4, Integer.MAX_VALUE));
        line.frame(SETTINGS, 0, 0, setting(4, 0));
        line.frame(SETTINGS, 0, 0, setting(4, -1));
    }

    private static void beyondWindow(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        int post = line.post(Target.SILENT);
        for (int i = 0; i < 30; i++) {
            line.data(post, false, attacker.bytes(16_000));
        }
        line.awaitClose();
    }

    private static void floods(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        int stream = line.post("/echo", "http2-duplex-id", "x".repeat(32));
        int type = List.of(PING, SETTINGS, PRIORITY, DATA, UNKNOWN).get(attacker.random.nextInt(5));
        int of = type == PRIORITY || type == DATA ? stream : 0;
        byte[] payload = new byte[type == PING ? 8 : type == PRIORITY ? 5 : 0];
        for (int i = 0; i < FLOOD; i++) {
            line.frame(type, 0, of, payload);
        }
        line.awaitClose();
    }

    private static void windowUpdates(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        int stream = line.get(attacker.path());
        for (int i = 0; i < FLOOD; i++) {
            line.frame(WINDOW_UPDATE, 0, i % 2 == 0 ? stream : 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
        }
        line.awaitClose();
    }

    private static void randomFrames(Attacker attacker) throws IOException {
        for (int i = 0; i < 10; i++) {
            Http2AttackerConnection line = attacker.http2();
            line.get(attacker.path());
            line.post(attacker.path(), "http2-duplex-id", "x".repeat(32));
            for (int j = 0; j < 20; j++) {
                int type = attacker.random.nextInt(12);
                int flags = attacker.random.nextInt(256);
                line.frame(type, flags, attacker.random.nextInt(8), attacker.bytes(attacker.random.nextInt(60)));
            }
        }
    }

    private static void brokenFrames(Attacker attacker) throws IOException {
        List<Attack.Bout> all = List.of(
                any -> headersOn(any.http2(), 0),
                any -> headersOn(any.http2(), 2),
                any -> {
                    Http2AttackerConnection line = any.http2();
                    headersOn(line, 9);
                    headersOn(line, 3);
                    headersOn(line, 9);
                },
                any -> any.http2().frame(DATA, 0, 5, any.bytes(100)),
                any -> any.http2().frame(DATA, 0, 0, any.bytes(100)),
                any -> any.http2().frame(RST_STREAM, 0, 0, new byte[4]),
                any -> any.http2().frame(RST_STREAM, 0, 99, new byte[4]),
                any -> any.http2().frame(SETTINGS, 0, 0, new byte[5]),
                any -> any.http2().frame(SETTINGS, 1, 0, new byte[6]),
                any -> any.http2().frame(SETTINGS, 0, 0, setting(5, 1)),
                any -> any.http2().frame(SETTINGS, 0, 0, setting(1, -1)),
                any -> any.http2().frame(PING, 0, 0, new byte[7]),
                any -> any.http2().frame(PING, 0, 1, new byte[8]),
                any -> any.http2().frame(PUSH_PROMISE, END_HEADERS, 1, new byte[8]),
                any -> any.http2().frame(WINDOW_UPDATE, 0, 77, new byte[] {0, 0, 1, 0}),
                any -> any.http2().frame(WINDOW_UPDATE, 0, 0, new byte[3]),
                any -> any.http2().frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 1, 0}),
                any -> any.http2().frame(DATA, 0, 1, any.bytes(20_000)),
                any -> any.http2().write(new byte[] {-1, -1, -1, 0, 0, 0, 0, 0, 1}),
                any -> {
                    Http2AttackerConnection line = any.http2();
                    line.data(line.post("/echo", "http2-duplex-id", "x".repeat(32)), true);
                    line.data(1, true, any.bytes(10));
                },
                any -> {
                    Http2AttackerConnection line = any.http2();
                    line.post("/echo", "http2-duplex-id", "x".repeat(32));
                    line.frame(DATA, PADDED, 1, (byte) -1, (byte) 0);
                },
                any -> {
                    Http2AttackerConnection line = any.http2();
                    line.frame(SETTINGS, 0, 0, setting(6, 0)); // no header may come
                    line.frame(SETTINGS, 0, 0, setting(1, 0)); // the server is to forget all it has sent
                    line.head(line.get("/echo"));
                },
                any -> {
                    Http2AttackerConnection line = any.http2();
                    int post = line.post("/echo", "http2-duplex-id", "x".repeat(32));
                    for (int i = 0; i < 100; i++) { // trailers that do not end
                        line.frame(HEADERS, END_HEADERS, post, line.block("POST", "/echo"));
                    }
                },
                any -> {
                    Http2AttackerConnection line = any.http2();
                    line.frame(GOAWAY, 0, 0, new byte[8]);
                    line.get("/echo");
                });
        for (int i = 0; i < 5; i++) {
            all.get(attacker.random.nextInt(all.size())).run(attacker);
        }
    }

    private static void headersOn(Http2AttackerConnection line, int stream) throws IOException {
        line.frame(HEADERS, END_HEADERS | END_STREAM, stream, line.block("GET", "/echo"));
    }

    /** Bodies of single bytes that nobody reads: each may keep a buffer. */
    private static void crumbs(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(line, path, 1);
        if (id != null) {
            int post = line.post(path, "http2-duplex-id", id, "http2-duplex-single", "true");
            for (int i = 0; i < 5000; i++) {
                line.data(post, false, (byte) i);
            }
            attacker.hold(line);
        }
    }
}
