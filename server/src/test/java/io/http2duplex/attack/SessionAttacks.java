package io.http2duplex.attack;

import io.http2duplex.wire.Frames;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The protocol of this project as it is not meant ({@code docs/protocol.md}). */
final class SessionAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "opens without end",
                    Attack.of(10_000, SessionAttacks::opens).isAnswered(200)),
            Map.entry(
                    "applications that fail",
                    Attack.of(2000, SessionAttacks::failures).isAnswered(200)),
            Map.entry("guessed ids", Attack.of(20_000, SessionAttacks::guesses).isAnswered(400, 404)),
            Map.entry("frames for others' sessions", Attack.of(1500, SessionAttacks::intrusions)),
            Map.entry(
                    "uploads after the end",
                    Attack.of(2000, SessionAttacks::late).isAnswered(200)),
            Map.entry(
                    "attach storms",
                    Attack.of(15_000, SessionAttacks::attachStorm).connects(3).isAnswered(200, 409)),
            Map.entry("many POSTs", Attack.of(10_000, SessionAttacks::manyPosts).isAnswered(200, 429)));

    private static final long MAX_OFFSET = (1L << 53) - 1;
    private static final String MARKUP = "<" + Attacker.MARKUP + ">";

    private SessionAttacks() {}

    private static void opens(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 90; i++) { // less than maxStreams
            line.get(
                    attacker.path(),
                    "http2-duplex-version",
                    "" + attacker.random.nextInt(3),
                    "x-forwarded-for",
                    "10.0." + attacker.random.nextInt(256) + "." + i);
        }
        if (attacker.random.nextInt(4) == 0) {
            attacker.hold(line);
        } else {
            line.head(179);
        }
    }

    private static void failures(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 20; i++) {
            line.get(Target.FAILING, "http2-duplex-version", "" + (1 + i % 2), "x-markup", MARKUP);
        }
        line.head(39);
    }

    private static void guesses(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (String id : List.of(
                "A".repeat(32),
                "",
                " ",
                "x".repeat(10_000),
                "' OR 1=1 --",
                MARKUP,
                "../../etc/passwd",
                "${jndi:ldap://localhost/a}",
                "%s%n%d",
                "\u00e9".repeat(32),
                "0".repeat(31) + "=")) {
            line.data(line.post(attacker.path(), "http2-duplex-id", id), true, attacker.bytes(10));
            line.get(
                    attacker.path(),
                    "http2-duplex-version",
                    "2",
                    "http2-duplex-id",
                    id,
                    "http2-duplex-attach",
                    "1",
                    "http2-duplex-offset",
                    "0");
        }
        int two = line.post("/echo", "http2-duplex-id", "A".repeat(32), "http2-duplex-id", "B".repeat(32));
        line.data(two, true);
        line.head(two);
    }

    private static void intrusions(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 5; i++) {
            Ids.Opened other = attacker.target.ids.any(attacker.random);
            if (other != null) {
                byte[] body = switch (attacker.random.nextInt(4)) {
                    case 0 -> attacker.bytes(500);
                    case 1 -> Frames.frame(attacker.random.nextInt(256), attacker.bytes(attacker.random.nextInt(50)));
                    case 2 -> Frames.data(attacker.random.nextInt(100_000), attacker.bytes(1000));
                    default -> new byte[] {0, -1, -1, -1};
                };
                line.upload(other.path(), other.id(), attacker.random.nextInt(3), body);
            }
        }
        line.head(1);
    }

    private static void late(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        String first = attacker.open(line, path, 1);
        String second = attacker.open(line, path, 2);
        if (first == null || second == null) {
            return;
        }
        line.data(line.post(path, "http2-duplex-id", first, "http2-duplex-end", "true"), true);
        for (int i = 0; i < 5; i++) {
            line.upload(path, first, 1, attacker.bytes(100));
        }
        line.upload(path, second, 2, Frames.end(0));
        line.upload(path, second, 2, Frames.end(10));
        line.head(line.upload(path, second, 2, Frames.data(0, attacker.bytes(100))));
    }

    private static void attachStorm(Attacker attacker) throws IOException {
        Http2AttackerConnection opener = attacker.http2();
        String path = attacker.path();
        String id = attacker.open(opener, path, 2);
        if (id == null) {
            return;
        }
        Http2AttackerConnection one = attacker.http2();
        Http2AttackerConnection other = attacker.http2();
        for (int i = 1; i <= 40; i++) {
            attach(one, path, id, "" + i, "0");
            attach(other, path, id, "" + i, "0");
        }
        attach(one, path, id, "-1", "0");
        attach(one, path, id, "100", "" + MAX_OFFSET);
        attach(one, path, id, "" + MAX_OFFSET, "0");
        attach(other, path, id, "99999999999999999999", MARKUP);
        other.head(attach(other, path, id, "1000", "0"));
    }

    private static int attach(Http2AttackerConnection line, String path, String id, String attempt, String offset)
            throws IOException {
        return line.get(
                path,
                "http2-duplex-version",
                "2",
                "http2-duplex-id",
                id,
                "http2-duplex-attach",
                attempt,
                "http2-duplex-offset",
                offset,
                "http2-duplex-limit",
                attempt.length() > 1 ? "0" : "65536");
    }

    private static void manyPosts(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        int dialect = 1 + attacker.random.nextInt(2);
        String id = attacker.open(line, path, dialect);
        for (int i = 0; id != null && i < 80; i++) {
            int post = dialect == 1
                    ? line.post(path, "http2-duplex-id", id)
                    : line.post(path, "http2-duplex-id", id, "http2-duplex-version", "2");
            line.data(post, false, (byte) i);
        }
        attacker.hold(line);
    }
}
