package io.http2duplex.attack;

import java.io.IOException;
import java.util.Map;

/** Attacks with requests that are duplexes: the two bodies of one go on at the same time. */
final class OneRequestAttacks {
    static final Map<String, Attack> ALL = Map.of(
            "requests that are duplexes, cut at any time",
            Attack.of(5_000, OneRequestAttacks::cut).isAnswered(200),
            "requests that are duplexes, and whose client is gone",
            Attack.of(2_000, OneRequestAttacks::gone).connects(6),
            "requests that are duplexes, cut behind the server's end",
            Attack.of(300, OneRequestAttacks::cutLate).isAnswered(200),
            "requests that are duplexes, with lengths that lie",
            Attack.of(500, OneRequestAttacks::lengths).isAnswered(200),
            "requests that are duplexes, and whose responses are not read",
            Attack.of(200_000, OneRequestAttacks::unread).isAnswered(200));

    private static final int UNREAD = 60_000;

    private OneRequestAttacks() {}

    private static void cut(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 20; i++) {
            int put = line.put(attacker.path());
            if (i % 4 > 0) {
                line.data(put, i % 4 == 3, attacker.bytes(attacker.random.nextInt(1_000)));
            }
            if (attacker.random.nextBoolean()) {
                line.head(put);
            }
            line.cut(put);
        }
    }

    private static void gone(Attacker attacker) throws IOException {
        for (int i = 0; i < 6; i++) {
            AttackerConnection line = attacker.http1();
            line.write("PUT " + attacker.path()
                    + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n");
            if (i % 2 == 0) {
                line.write("400\r\n" + "x".repeat(attacker.random.nextInt(1_024)));
            }
            line.close();
        }
    }

    private static void cutLate(Attacker attacker) throws IOException {
        for (int i = 0; i < 4; i++) {
            AttackerConnection line = attacker.http1();
            line.write("PUT " + Target.BRIEF
                    + " HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
            line.awaitAnswer();
            if (i % 2 == 0) {
                line.write("zz\r\n" + "x".repeat(attacker.random.nextInt(100)));
            }
            line.close();
        }
    }

    private static void lengths(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (String length : new String[] {"5", "15", "0", "9223372036854775807", "-1"}) {
            int put = line.put(attacker.path(), "content-length", length);
            line.data(put, true, attacker.bytes(10));
            line.head(put);
        }
        for (String length : new String[] {"3", "300"}) {
            attacker.http1()
                    .write("PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + length + "\r\n\r\n0123456789");
        }
    }

    /** Windows are never replenished. */
    private static void unread(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        for (int i = 0; i < 10; i++) {
            int put = line.put("/echo");
            line.head(put);
            for (int sent = 0; sent < UNREAD; sent += 10_000) {
                line.data(put, false, attacker.bytes(10_000));
            }
        }
    }
}
