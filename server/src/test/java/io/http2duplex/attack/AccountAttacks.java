package io.http2duplex.attack;

import static io.http2duplex.attack.Accounts.ACCOUNT;
import static io.http2duplex.attack.Accounts.MOOD;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.HEADERS;

import io.http2duplex.wire.Frames;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Being somebody else: of another account, of another origin, or one too many. */
final class AccountAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "authorizers at their worst",
                    Attack.of(2500, AccountAttacks::moods).isAnswered(401, 403)),
            Map.entry("requests that vanish before they are authorized", Attack.of(5000, AccountAttacks::vanishing)),
            Map.entry(
                    "stolen ids",
                    Attack.of(2000, AccountAttacks::theft).connects(2).isAnswered(200, 403)),
            Map.entry(
                    "one account without end",
                    Attack.of(4000, AccountAttacks::oneAccount).isAnswered(200, 429)),
            Map.entry(
                    "hostile origins",
                    Attack.of(1000, AccountAttacks::hostileOrigins).isAnswered(403)),
            Map.entry(
                    "floods of preflights",
                    Attack.of(200_000, AccountAttacks::preflights).isAnswered(204, 403)),
            Map.entry("short lives", Attack.of(3000, AccountAttacks::shortLives).isAnswered(200, 429)));

    private static final List<String> MOODS = List.of("", "throws", "fails", "never", "refuses", "slow", "blocks");
    private static final String MARKUP = "<" + Attacker.MARKUP + ">";

    private AccountAttacks() {}

    private static String any(Attacker attacker, List<String> choices) {
        return choices.get(attacker.random.nextInt(choices.size()));
    }

    private static void moods(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 20; i++) {
            line.get(Target.ACCOUNTS, ACCOUNT, MARKUP + i, MOOD, any(attacker, MOODS), "http2-duplex-version", "2");
        }
        line.get(Target.ACCOUNTS);
        line.head(41);
    }

    private static void vanishing(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String id = attacker.open(line, Target.ACCOUNTS, 1, ACCOUNT, "slow");
        for (int i = 0; i < 30; i++) {
            String mood = any(attacker, List.of("never", "slow", "blocks"));
            line.cut(line.get(Target.ACCOUNTS, ACCOUNT, "slow", MOOD, mood));
            if (id != null) {
                int post = line.post(Target.ACCOUNTS, "http2-duplex-id", id, ACCOUNT, "slow", MOOD, mood);
                line.data(post, false, attacker.bytes(100));
                if (i % 2 == 0) {
                    line.cut(post);
                } // the others vanish with the connection
            }
        }
    }

    /** Uses, as another account or as nobody, what one account has opened. */
    private static void theft(Attacker attacker) throws IOException {
        Http2AttackerConnection owner = attacker.http2();
        int dialect = 1 + attacker.random.nextInt(2);
        String mine = "owner-" + attacker.random.nextInt();
        String id = attacker.open(owner, Target.ACCOUNTS, dialect, ACCOUNT, mine);
        if (id == null) {
            return;
        }
        Http2AttackerConnection thief = attacker.http2();
        for (String account : List.of("thief", mine.toUpperCase(Locale.ROOT), mine + " ")) {
            stolen(attacker, owner, thief.head(upload(thief, id, dialect, account, Frames.data(0, new byte[10]))));
            int destroy = thief.post(
                    Target.ACCOUNTS,
                    "http2-duplex-id",
                    id,
                    "http2-duplex-end",
                    "true",
                    "http2-duplex-destroyed",
                    "true",
                    ACCOUNT,
                    account);
            thief.data(destroy, true);
            stolen(attacker, owner, thief.head(destroy));
            stolen(attacker, owner, thief.head(attach(thief, id, ACCOUNT, account)));
        }
        stolen(attacker, owner, thief.head(attach(thief, id, "x-other", "1")));
        Http2AttackerConnection.Head own = owner.head(upload(owner, id, dialect, mine, Frames.data(0, new byte[10])));
        if (own.status() >= 400 && own.status() < 500 && !owner.isClosed()) {
            attacker.target.verdict.fault("After a theft its owner was answered with " + own.status());
        }
    }

    private static int upload(Http2AttackerConnection line, String id, int dialect, String account, byte[] body)
            throws IOException {
        int post = dialect == 1
                ? line.post(Target.ACCOUNTS, "http2-duplex-id", id, ACCOUNT, account)
                : line.post(Target.ACCOUNTS, "http2-duplex-id", id, ACCOUNT, account, "http2-duplex-version", "2");
        line.data(post, true, body);
        return post;
    }

    private static int attach(Http2AttackerConnection line, String id, String header, String value) throws IOException {
        return line.get(
                Target.ACCOUNTS,
                "http2-duplex-version",
                "2",
                "http2-duplex-id",
                id,
                "http2-duplex-attach",
                "1",
                "http2-duplex-offset",
                "0",
                header,
                value);
    }

    private static void stolen(Attacker attacker, Http2AttackerConnection owner, Http2AttackerConnection.Head head) {
        if (head.status() >= 200 && head.status() < 300 && !owner.isClosed()) {
            attacker.target.verdict.fault("A stolen id was worth a " + head.status());
        }
    }

    private static void oneAccount(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 50; i++) { // more than maxSessionsPerAccount
            line.get(Target.ACCOUNTS, ACCOUNT, "greedy");
        }
        line.head(99);
    }

    private static void hostileOrigins(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (String origin : List.of(
                "https://evil.example",
                "null",
                Target.ORIGIN + ".evil.example",
                Target.ORIGIN + ":444",
                Target.ORIGIN.replace("https", "http"),
                Target.ORIGIN + ", https://evil.example",
                MARKUP)) {
            int get = line.get(Target.ORIGINS, "origin", origin, "sec-fetch-site", "cross-site");
            if (line.head(get).status() == 200) {
                attacker.target.verdict.fault("The origin " + origin + " was let in");
            }
        }
        int get = line.get(Target.ORIGINS, "origin", Target.ORIGIN, "origin", "https://evil.example");
        line.head(get);
    }

    private static void preflights(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        int stream = 0;
        for (int i = 0; i < 500; i++) {
            byte[] block = line.block(
                    "OPTIONS",
                    Target.ORIGINS,
                    "origin",
                    i % 2 == 0 ? Target.ORIGIN : "https://evil" + i + ".example",
                    "access-control-request-method",
                    i % 3 == 0 ? MARKUP : "POST",
                    "access-control-request-headers",
                    "x-" + MARKUP + "a".repeat(i));
            stream = line.nextStream();
            line.frame(HEADERS, END_HEADERS | END_STREAM, stream, block);
        }
        line.head(stream);
    }

    /** Duplexes that are idle, or live for too long, and more than a connection may have. */
    private static void shortLives(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String id = attacker.open(line, Target.SHORT, 2);
        for (int i = 0; i < 30; i++) {
            line.get(Target.SHORT, "http2-duplex-version", "" + (1 + i % 2));
        }
        attacker.hold(line, held -> {
            if (id != null) {
                line.upload(Target.SHORT, id, 2, Frames.ping(1)); // no sign of life, or too late
            }
        });
    }
}
