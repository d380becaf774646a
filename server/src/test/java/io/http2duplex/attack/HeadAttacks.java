package io.http2duplex.attack;

import static io.http2duplex.wire.Http2Frames.CONTINUATION;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.MAX_FRAME;

import io.http2duplex.wire.Http2Frames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Heads of requests on HTTP/2 that are too large, or are none (RFC 7541; RFC 9113, section 8). */
final class HeadAttacks {
    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry("giant heads", Attack.of(150_000, HeadAttacks::giants).connects(3)),
            Map.entry("HPACK bombs", Attack.of(13_000, HeadAttacks::bombs)),
            Map.entry("HPACK garbage", Attack.of(500, HeadAttacks::garbage).connects(8)),
            Map.entry("floods of CONTINUATION", Attack.of(30_000, HeadAttacks::continuations)),
            Map.entry(
                    "fields that must not be",
                    Attack.of(400, HeadAttacks::badFields).connects(5)),
            Map.entry("bad escapes", Attack.of(3000, HeadAttacks::badEscapes).isAnswered(400)),
            Map.entry(
                    "lengths that are not true",
                    Attack.of(1200, HeadAttacks::lengths).isAnswered(200, 400)));

    private HeadAttacks() {}

    /** Sends a block in as many frames as it takes. */
    private static void head(Http2AttackerConnection line, byte[] block) throws IOException {
        int stream = line.nextStream();
        int at = Math.min(block.length, MAX_FRAME);
        boolean whole = at == block.length;
        line.frame(HEADERS, END_STREAM | (whole ? END_HEADERS : 0), stream, Arrays.copyOf(block, at));
        while (at < block.length) {
            int next = Math.min(block.length, at + MAX_FRAME);
            line.frame(
                    CONTINUATION, next == block.length ? END_HEADERS : 0, stream, Arrays.copyOfRange(block, at, next));
            at = next;
        }
    }

    private static void giants(Attacker attacker) throws IOException {
        Http2AttackerConnection one = attacker.http2();
        head(one, one.block("GET", "/echo", "x-giant", "a".repeat(100_000)));
        Http2AttackerConnection path = attacker.http2();
        head(path, path.block("GET", "/echo?" + "a".repeat(60_000)));
        Http2AttackerConnection many = attacker.http2();
        String[] fields = new String[4000];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "x-" + i;
            fields[i + 1] = "a";
        }
        head(many, many.block("POST", "/echo", fields));
    }

    /** An entry of the dynamic table that is large, and heads that name it again and again. */
    private static void bombs(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(line.block("GET", "/echo"));
        ByteBuffer entry = ByteBuffer.allocate(4000);
        Http2Frames.field(entry, "x", "a".repeat(3500));
        entry.put(0, (byte) 0x40); // to be kept in the table
        block.write(entry.array(), 0, entry.position());
        byte[] again = new byte[10_000];
        Arrays.fill(again, (byte) 0xBE); // the entry that was added last
        block.writeBytes(again);
        head(line, block.toByteArray());
    }

    private static void garbage(Attacker attacker) throws IOException {
        List<byte[]> all = List.of(
                attacker.bytes(200),
                new byte[] {-1, -1, -1, -1, -1, 127}, // an index far away
                new byte[] {(byte) 0x80}, // index 0
                new byte[] {0x3F, -31, -1, -1, 127}, // a table of many megabytes
                new byte[] {0, (byte) 0x84, -1, -1, -1, -1, 0}, // not Huffman's
                new byte[] {0, 127, -1, -1, -1, -1, -1, 127}, // a name of many gigabytes
                new byte[] {0, 10, 'a'}, // cut
                new byte[0]);
        for (byte[] block : all) {
            Http2AttackerConnection line = attacker.http2();
            line.frame(HEADERS, END_HEADERS | END_STREAM, line.nextStream(), block);
        }
    }

    private static void continuations(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        line.frame(HEADERS, 0, line.nextStream(), line.block("GET", "/echo"));
        boolean empty = attacker.random.nextBoolean();
        for (int i = 0; i < 7000; i++) { // more than maxControlFramesPerMinute
            line.frame(CONTINUATION, 0, 1, empty ? new byte[0] : new byte[] {0, 1, 'x', 1, 'y'});
        }
        line.awaitClose();
    }

    private static void badFields(Attacker attacker) throws IOException {
        String markup = "<" + Attacker.MARKUP + ">";
        Http2AttackerConnection any = attacker.http2();
        List<byte[]> all = List.of(
                fields(any, "X-UPPER", "a"),
                fields(any, "connection", "close"),
                fields(any, "transfer-encoding", "chunked"),
                fields(any, "te", "gzip"),
                fields(any, ":path", "/other"),
                fields(any, ":status", "200"),
                fields(any, ":protocol", "websocket"),
                fields(any, "x-split", "a\r\nset-cookie: b"),
                fields(any, "x\r\ny", "a"),
                fields(any, "", ""),
                fields(any, "x-nul", "\0"),
                fields(any, "host", "elsewhere"),
                fields(any, "upgrade", "h2c"),
                fields(any, "expect", "100-continue"),
                fields(any, "expect", markup),
                fields(any, "http2-duplex-version", markup),
                fields(any, "http2-duplex-limit", "-1"),
                fields(any, "cookie", "a=".repeat(1000)),
                fields(any, "content-length", "5"),
                any.block("CONNECT", "/echo"),
                any.block("TRACE", "/echo"),
                any.block(markup, "/echo"),
                any.block("", "/echo"),
                any.block("GET", ""),
                any.block("GET", "*"),
                any.block("GET", "echo"),
                any.block("GET", "//echo"),
                any.block("GET", "/echo/../../etc/passwd"),
                any.block("GET", "/%00" + markup),
                any.block("GET", "/echo%zz?%zz=" + markup),
                any.block("GET", "/echo\r\n"));
        for (int i = 0; i < 5; i++) {
            Http2AttackerConnection line = attacker.http2();
            line.frame(
                    HEADERS, END_HEADERS | END_STREAM, line.nextStream(), all.get(attacker.random.nextInt(all.size())));
        }
    }

    /** Each is answered on its own stream: what else is open on the connection goes on. */
    private static void badEscapes(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        if (line.head(line.get(Target.HEALTH)).status() == 0) {
            return; // there are too many connections of attackers: it was refused
        }
        for (String path : List.of("/echo", "/none", Target.HEALTH, Target.FILE, Target.SILENT, "/")) {
            for (String escape :
                    List.of("?x=%", "?x=%zz", "?%=1", "?x=100%&y", "/%", "/%f", "/%zz", "?x=%ff%", ";x=%")) {
                int get = line.get(path + escape);
                Http2AttackerConnection.Head head = line.head(get);
                if (line.isClosed() && !attacker.isOver() && !attacker.target.isShuttingDown()) {
                    attacker.target.verdict.fault(path + escape + " cost its connection");
                    return;
                }
                if (head.status() == 0 || head.status() == 200) {
                    line.cut(get);
                }
            }
        }
    }

    private static byte[] fields(Http2AttackerConnection any, String name, String value) {
        return any.block("GET", "/echo", name, value);
    }

    private static void lengths(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String path = attacker.path();
        for (String length : List.of("5", "15", "0", "9223372036854775807", "abc", "-1", "99999999999999999999")) {
            String id = attacker.open(line, path, 1);
            if (id != null) {
                int post = line.post(path, "http2-duplex-id", id, "content-length", length);
                line.data(post, true, attacker.bytes(10));
            }
        }
    }
}
