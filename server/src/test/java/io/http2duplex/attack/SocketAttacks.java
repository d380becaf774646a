package io.http2duplex.attack;

import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.wire.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** WebSockets as they are not meant ({@code protocol.md}, section "WebSocket"). */
final class SocketAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "sockets that say nothing",
                    Attack.of(3800, SocketAttacks::silence).isAnswered(101).connects(20)),
            Map.entry(
                    "sockets of crumbs", Attack.of(1400, SocketAttacks::crumbs).isAnswered(101)),
            Map.entry(
                    "garbage on sockets",
                    Attack.of(4000, SocketAttacks::garbage).isAnswered(101).connects(8)),
            Map.entry(
                    "tickets that are guessed",
                    Attack.of(1000, SocketAttacks::guesses).isAnswered(101).connects(5)),
            Map.entry("PINGs on sockets whose answers nobody reads", Attack.of(100_000, SocketAttacks::unreadPings)),
            Map.entry(
                    "floods on sockets that have attached",
                    Attack.of(50_000, SocketAttacks::floods)
                            .isAnswered(101, 200)
                            .connects(8)),
            Map.entry(
                    "sockets that have attached, and read nothing",
                    Attack.of(60_000, SocketAttacks::unreadDownload)
                            .isAnswered(200)
                            .connects(2)));

    /** The first bytes of frames that are the last of their message. */
    private static final int TEXT = 0x81;

    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    /** One that continues what has not begun, and one that none of the extensions explains. */
    private static final int CONTINUATION = 0x80;

    private static final int EXTENDED = 0xF2;

    private static final int WINDOW = 1 << 20;

    private SocketAttacks() {}

    private static AttackerConnection asked(AttackerConnection line, String path) throws IOException {
        return line.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: http2-duplex.2\r\n\r\n");
    }

    private static AttackerConnection upgraded(AttackerConnection line, String path) throws IOException {
        asked(line, path).awaitAnswer();
        return line;
    }

    private static AttackerConnection opened(Attacker attacker) throws IOException {
        return upgraded(attacker.http1(), attacker.path());
    }

    /** {@return a frame of a WebSocket, whose mask changes nothing} */
    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(8 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0).put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.get(0, bytes);
        return bytes;
    }

    private static void silence(Attacker attacker) throws IOException {
        for (int i = 0; i < 20; i++) {
            attacker.hold(opened(attacker));
        }
    }

    /** Padding that comes byte by byte, with empty messages between. */
    private static void crumbs(Attacker attacker) throws IOException {
        AttackerConnection line = opened(attacker);
        for (int i = 0; i < 100; i++) {
            line.write(frame(BINARY, new byte[] {(byte) (i == 0 ? 127 : 1)}));
            line.write(frame(BINARY, new byte[0]));
        }
        attacker.hold(line, held -> held.write(frame(BINARY, new byte[] {1})));
    }

    private static void garbage(Attacker attacker) throws IOException {
        List<byte[]> all = List.of(
                attacker.bytes(2000),
                frame(TEXT, attacker.bytes(100)),
                frame(BINARY, attacker.bytes(500)),
                frame(BINARY, Frames.data(0, attacker.bytes(100))),
                frame(BINARY, Frames.reset(1, "<" + Attacker.MARKUP + ">")),
                frame(CLOSE, attacker.bytes(100)),
                frame(PING, attacker.bytes(300)),
                frame(CONTINUATION, attacker.bytes(10)),
                frame(EXTENDED, attacker.bytes(10)));
        for (byte[] garbage : all) {
            opened(attacker).write(garbage).write(attacker.bytes(attacker.random.nextInt(100)));
        }
        // What comes before the answer is no WebSocket yet.
        asked(attacker.http1(), attacker.path())
                .write(frame(BINARY, attacker.bytes(10)))
                .awaitClose();
    }

    private static void guesses(Attacker attacker) throws IOException {
        for (int i = 0; i < 5; i++) {
            AttackerConnection line = opened(attacker);
            line.write(frame(BINARY, Frames.attach(1, 0, WINDOW, Ticket.next())));
            line.awaitClose();
        }
    }

    private static byte[] manyPings() {
        byte[][] pings = new byte[1000][];
        for (int i = 0; i < pings.length; i++) {
            pings[i] = Frames.ping(i);
        }
        return Frames.together(pings);
    }

    private static void unreadPings(Attacker attacker) throws IOException {
        AttackerConnection line = upgraded(attacker.deafHttp1(), attacker.path());
        byte[] message = frame(BINARY, manyPings());
        for (int i = 0; i < 20; i++) {
            line.write(message);
            line.write(frame(PING, attacker.bytes(100)));
        }
        attacker.hold(line);
    }

    /** Opens a duplex at the path, which a socket may carry. {@return what asks for that} */
    private static byte[] attach(Attacker attacker, String path) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        Ticket ticket = line.ticket(line.get(path, "http2-duplex-version", "2"));
        // Without one, as when too many have been opened, this is one more that is guessed.
        return frame(BINARY, Frames.attach(1, 0, WINDOW, ticket == null ? Ticket.next() : ticket));
    }

    /** The server has a session to lose now. */
    private static void floods(Attacker attacker) throws IOException {
        byte[][] empty = new byte[1000][];
        byte[][] runs = new byte[100][];
        for (int i = 0; i < empty.length; i++) {
            empty[i] = Frames.data(0, new byte[0]);
        }
        for (int i = 0; i < runs.length; i++) {
            runs[i] = Frames.data(2L * (runs.length - i), attacker.bytes(1));
        }
        List<byte[]> floods = List.of(
                frame(BINARY, Frames.together(empty)),
                frame(BINARY, Frames.together(runs)),
                frame(BINARY, manyPings()),
                frame(BINARY, Frames.data(1L << 40, attacker.bytes(1))),
                frame(BINARY, attacker.bytes(1000)),
                frame(TEXT, attacker.bytes(100)),
                attacker.bytes(1000));
        for (byte[] flood : floods) {
            String path = attacker.path();
            byte[] attach = attach(attacker, path);
            AttackerConnection socket = upgraded(attacker.http1(), path).write(attach);
            try {
                for (int i = 0; i < 10; i++) {
                    socket.write(flood);
                }
            } catch (IOException e) {
                // The server has had enough of this one.
            }
        }
    }

    private static void unreadDownload(Attacker attacker) throws IOException {
        String path = "/echo";
        byte[] attach = attach(attacker, path);
        AttackerConnection socket = upgraded(attacker.deafHttp1(), path).write(attach);
        for (int i = 0; i < 8; i++) {
            socket.write(frame(BINARY, Frames.data(i * 8000L, attacker.bytes(8000))));
        }
        attacker.hold(socket);
    }
}
