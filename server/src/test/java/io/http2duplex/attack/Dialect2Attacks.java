package io.http2duplex.attack;

import io.http2duplex.wire.Frames;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Frames of dialect 2 as they are not meant ({@code protocol.md}, section "Frames"), within an attacker's own sessions. */
final class Dialect2Attacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "PINGs whose answers nobody reads",
                    Attack.of(50_000, Dialect2Attacks::pings).isAnswered(200, 204)),
            Map.entry(
                    "floods of small frames",
                    Attack.of(60_000, Dialect2Attacks::smallFrames).isAnswered(200)),
            Map.entry(
                    "offsets that cannot be",
                    Attack.of(3000, Dialect2Attacks::offsets).isAnswered(200, 400, 413)),
            Map.entry(
                    "runs out of order", Attack.of(2500, Dialect2Attacks::runs).isAnswered(200, 413)),
            Map.entry(
                    "resets with reasons",
                    Attack.of(5000, Dialect2Attacks::resets).isAnswered(200, 204, 410)));

    private static final long MAX_OFFSET = (1L << 53) - 1;

    private Dialect2Attacks() {}

    private static void pings(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(line, path, 2);
        line.closeWindows();
        if (id == null) {
            return;
        }
        byte[][] frames = new byte[1500][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.ping(i);
        }
        byte[] body = Frames.together(frames);
        for (int i = 0; i < 5; i++) {
            line.upload(path, id, 2, body);
        }
        attacker.hold(line);
    }

    private static void smallFrames(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(line, path, 2);
        for (int i = 0; id != null && i < 5; i++) {
            byte[][] frames = new byte[1000][];
            for (int j = 0; j < frames.length; j++) {
                frames[j] = switch (j % 4) {
                    case 0 -> Frames.data(i * 250L + j / 4, attacker.bytes(1));
                    case 1 -> Frames.data(j, new byte[0]);
                    case 2 -> Frames.window(0, 65_536L + j);
                    default -> Frames.frame(100 + j % 100, new byte[0]);
                };
            }
            line.upload(path, id, 2, Frames.together(frames));
        }
        line.head(1);
    }

    private static void offsets(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        List<byte[]> bodies = List.of(
                Frames.data(MAX_OFFSET, attacker.bytes(10)),
                Frames.data(-1, attacker.bytes(10)),
                Frames.data(Long.MAX_VALUE, attacker.bytes(10)),
                Frames.data(Long.MIN_VALUE, attacker.bytes(10)),
                Frames.data(65_536, attacker.bytes(1)),
                Frames.data(65_535, attacker.bytes(2)),
                Frames.end(MAX_OFFSET),
                Frames.end(-1),
                Frames.window(MAX_OFFSET, 0),
                Frames.window(0, MAX_OFFSET),
                Frames.window(-1, -1),
                Frames.window(Long.MAX_VALUE, Long.MAX_VALUE));
        for (byte[] body : bodies) {
            String id = attacker.open(line, path, 2);
            if (id != null) {
                line.upload(path, id, 2, body);
            }
        }
        line.head(line.get("/none"));
    }

    private static void runs(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        for (int count : List.of(60, 100)) {
            String id = attacker.open(line, path, 2);
            if (id != null) {
                byte[][] frames = new byte[count][];
                for (int i = 0; i < count; i++) {
                    frames[i] = Frames.data(2L * (count - i), attacker.bytes(1));
                }
                line.upload(path, id, 2, Frames.together(frames));
            }
        }
        attacker.hold(line);
    }

    private static void resets(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        for (String reason : List.of("</script>", "\u0000\r\n\u001b[31m", "a".repeat(1000), "a".repeat(2000), "")) {
            String id = attacker.open(line, path, 2);
            if (id != null) {
                line.upload(path, id, 2, Frames.reset(attacker.random.nextInt(65_536), reason));
                line.head(line.upload(path, id, 2, Frames.ping(1)));
            }
        }
    }
}
