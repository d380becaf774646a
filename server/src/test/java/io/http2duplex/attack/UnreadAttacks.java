package io.http2duplex.attack;

import static io.http2duplex.attack.Http2AttackerConnection.setting;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.SETTINGS;
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;

import io.http2duplex.wire.Frames;
import io.http2duplex.wire.Http2Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Bytes that nobody reads, on the server or here, in as many frames as possible: what a frame costs beside its bytes adds
 * up. And windows that are grown, and kept.
 */
final class UnreadAttacks {
    /** On each of 2 connections; an address may have 250 of them blocked. */
    private static final int RESPONSES = 200;

    private static final int TOO_MANY_RESPONSES = 2 * RESPONSES - 250;

    static final Map<String, Attack> ALL = Map.ofEntries(
            Map.entry(
                    "crumbs, handlers that do not read",
                    Attack.of(400_000, UnreadAttacks::handlersThatDoNotRead)
                            .connects(3)
                            .isAnswered(200)),
            Map.entry(
                    "crumbs, grown windows",
                    Attack.of(1_000_000, UnreadAttacks::grownWindows).isAnswered(200)),
            Map.entry(
                    "crumbs, downloads that are not read",
                    Attack.of(150_000, UnreadAttacks::unreadDownloads).isAnswered(200)),
            Map.entry(
                    "crumbs, files and nothing",
                    Attack.of(400_000, UnreadAttacks::filesAndNothing).connects(3)),
            Map.entry(
                    "uploads that nobody reads",
                    Attack.of(8_000_000, UnreadAttacks::unreadUploads)
                            .connects(2)
                            .isReset(1)
                            .isAnswered(200)
                            .reaches("maxUnreadUploads")),
            Map.entry(
                    "responses that nobody reads",
                    Attack.of(10_000, UnreadAttacks::unreadResponses)
                            .connects(2)
                            .isReset(TOO_MANY_RESPONSES)
                            .isAnswered(200)
                            .reaches("maxConnectionsPerAddress")),
            Map.entry("files, windows of zero", Attack.of(7000, UnreadAttacks::files)),
            Map.entry(
                    "memory budget",
                    Attack.of(400_000, UnreadAttacks::memoryBudget).isAnswered(200, 204)));

    /** {@return those that send crumbs; a response that waits for its window costs a buffer, whatever its size} */
    static Map<String, Attack> ofCrumbs() {
        return ALL.entrySet().stream()
                .filter(attack -> attack.getKey().startsWith("crumbs"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static final int INITIAL_WINDOW_SIZE = 4;
    /** On each of 2 connections; with windows of 64 KiB, 256 have the share of an address. */
    private static final int UPLOADS = 200;

    private static final int MOST_AT_ONCE = 1000;
    private static final int MOST_CRUMBS = 500_000;
    private static final int PADDED = 8;

    /** Small DATA frames, as they stand on the wire: what comes with a byte of body. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody changes the payload
    private enum Crumb {
        BYTE(0, 0),
        PADDED_BYTE(PADDED, 0, 0),
        /** As much padding as there may be. */
        PADDED_FULLY(PADDED, paddedFully()),
        ONLY_PADDING(PADDED, 1, 0);

        private final byte flags;
        private final byte[] payload;

        Crumb(int flags, int... payload) {
            this.flags = (byte) flags;
            this.payload = new byte[payload.length];
            for (int i = 0; i < payload.length; i++) {
                this.payload[i] = (byte) payload[i];
            }
        }

        private static int[] paddedFully() {
            int[] payload = new int[257];
            payload[0] = 255;
            return payload;
        }

        /** Fills the first window of an upload: beyond it the server would free what it holds. */
        void fill(Http2AttackerConnection line, int stream) throws IOException {
            fill(line.uploadWindow(), line, stream);
        }

        /** Fills a window as far as whole frames do, in few writes. */
        void fill(int window, Http2AttackerConnection line, int stream) throws IOException {
            byte[] frame = Http2Frames.frame(DATA, flags, stream, ByteBuffer.wrap(payload));
            int count = window / payload.length;
            while (count > 0) {
                int atOnce = Math.min(count, MOST_AT_ONCE);
                ByteBuffer frames = ByteBuffer.allocate(frame.length * atOnce);
                for (int i = 0; i < atOnce; i++) {
                    frames.put(frame);
                }
                line.write(frames.array());
                count -= atOnce;
            }
        }
    }

    private UnreadAttacks() {}

    private static Crumb crumb(Attacker attacker) {
        return Crumb.values()[attacker.random.nextInt(Crumb.values().length)];
    }

    /** One upload for everything. {@return its stream} */
    private static int single(Http2AttackerConnection line, String path, String id) throws IOException {
        return line.post(path, "http2-duplex-id", id, "http2-duplex-single", "true");
    }

    private static void handlersThatDoNotRead(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        String id = attacker.open(line, "/deaf", 1);
        attacker.hold(line);
        if (id != null) {
            crumb(attacker).fill(line, single(line, "/deaf", id));
        }
        Http2AttackerConnection silent = attacker.http2();
        attacker.hold(silent);
        crumb(attacker).fill(silent, silent.post(Target.SILENT));
        Http2AttackerConnection dialect2 = attacker.http2();
        String other = attacker.open(dialect2, "/deaf", 2);
        attacker.hold(dialect2);
        if (other != null) {
            int post = dialect2.post("/deaf", "http2-duplex-id", other, "http2-duplex-version", "2");
            crumb(attacker).fill(dialect2, post);
        }
    }

    /** The window of an upload grows while its echo is read; then it is read no more. */
    private static void grownWindows(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        line.frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 16 << 20));
        line.frame(WINDOW_UPDATE, 0, 0, new byte[] {64, 0, 0, 0});
        String id = attacker.open(line, "/echo", 1);
        attacker.hold(line);
        if (id != null) {
            int upload = single(line, "/echo", id);
            int window = line.uploadWindow();
            int sent = 0;
            for (int i = 0; i < 200; i++) {
                line.awaitCredit(upload, sent + Http2Frames.MAX_FRAME - window);
                line.data(upload, false, new byte[Http2Frames.MAX_FRAME]);
                sent += Http2Frames.MAX_FRAME;
            }
            line.closeWindows();
            crumb(attacker).fill(Math.min(MOST_CRUMBS, window + line.credit(upload) - sent), line, upload);
        }
    }

    private static void unreadDownloads(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        attacker.hold(line);
        String one = attacker.open(line, "/echo", 1);
        String other = attacker.open(line, "/mute", 1);
        line.closeWindows();
        if (one != null && other != null) {
            crumb(attacker).fill(line, single(line, "/echo", one));
            crumb(attacker).fill(line, single(line, "/mute", other));
        }
    }

    private static void filesAndNothing(Attacker attacker) throws IOException {
        for (String path : List.of(Target.FILE, "/none", Target.HEALTH)) {
            Http2AttackerConnection line = attacker.http2(0);
            attacker.hold(line);
            crumb(attacker).fill(line, line.post(path));
        }
    }

    private static void files(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2(0);
        attacker.hold(line);
        int last = 0;
        for (int i = 0; i < 100; i++) {
            last = line.get(Target.FILE);
        }
        line.head(last);
    }

    /** Of one server more than the share of an address, which would be too much for its heap soon. */
    private static void unreadUploads(Attacker attacker) throws IOException {
        boolean tls = attacker.random.nextBoolean();
        List<Http2AttackerConnection> lines =
                List.of(attacker.http2(tls, Attacker.WINDOW), attacker.http2(tls, Attacker.WINDOW));
        for (int i = 0; i < UPLOADS && attacker.resets() == 0; i++) {
            for (Http2AttackerConnection line : lines) {
                int upload = line.post(Target.SILENT);
                for (int left = line.uploadWindow(); left > 0; left -= Http2Frames.MAX_FRAME) {
                    line.data(upload, false, new byte[Math.min(left, Http2Frames.MAX_FRAME)]);
                }
            }
        }
        for (Http2AttackerConnection line : lines) {
            line.head(line.get(Target.HEALTH)); // by then the server has got all of it
        }
    }

    /**
     * Of one server more than an address may have blocked, each by a byte that is read; each holds a buffer, those of files
     * an open file.
     */
    private static void unreadResponses(Attacker attacker) throws IOException {
        boolean tls = attacker.random.nextBoolean();
        for (int i = 0; i < 2; i++) {
            Http2AttackerConnection line = attacker.http2(tls, 1); // of none nobody would see the head
            for (int j = 0; j < RESPONSES; j++) {
                line.get(j % 4 == 0 ? Target.HEALTH : Target.FILE);
            }
        }
        attacker.awaitResets(TOO_MANY_RESPONSES);
    }

    /** Dialect 2: windows of duplexes grow as long as much comes, and are kept. */
    private static void memoryBudget(Attacker attacker) throws IOException {
        Http2AttackerConnection line = attacker.http2();
        attacker.hold(line);
        String id = attacker.open(line, "/mute", 2);
        if (id != null) {
            int size = 12_000;
            for (int i = 0; i < 60; i++) {
                line.head(line.upload("/mute", id, 2, Frames.data((long) i * size, new byte[size])));
            }
        }
    }
}
