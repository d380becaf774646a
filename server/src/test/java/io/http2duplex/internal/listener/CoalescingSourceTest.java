package io.http2duplex.internal.listener;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.DefaultByteBufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The frames of a connection by seeds, however its bytes are cut on their way and whenever bodies are read: what
 * Undertow gets are whole frames, in which each body has its bytes, and everything else is as it was.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class CoalescingSourceTest {
    private static final int SEEDS = 40;
    private static final int STEPS = 150;
    private static final int MAX_STREAMS = 5;
    private static final int WINDOW = 10_000_000;
    private static final int MANY = 1_000_000;
    private static final int PING = 6;
    private static final int TO = CoalescingSource.PIECE + FrameHeads.HEADER_LENGTH + 1;
    private static final int RAW = 16 * 1024;

    /** One stream's body. */
    private static final class Body {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean ended;
        int unread;

        @Override
        public String toString() {
            return bytes.size() + " bytes " + ended + " " + HexFormat.of().formatHex(bytes.toByteArray());
        }
    }

    /** What went, or came: the bodies, and all other frames. */
    private static final class Frames {
        final Map<Integer, Body> bodies = new TreeMap<>();
        final List<String> others = new ArrayList<>();

        void other(int type, int flags, int stream, byte[] payload) {
            others.add(type + " " + flags + " " + stream + " " + HexFormat.of().formatHex(payload));
        }
    }

    private Random random = new Random();
    private ByteBuffer wire = ByteBuffer.allocate(0);
    private Frames sent = new Frames();
    private Frames come = new Frames();
    private boolean awake;
    private final Queue<Runnable> later = new ArrayDeque<>();

    @ParameterizedTest
    @ValueSource(ints = {5, 60, 3_000, RAW, 4 * RAW})
    void wholeFramesComeHoweverTheBytesAreCut(int mostAtOnce) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            random = new Random(seed);
            sent = new Frames();
            come = new Frames();
            wire = write();
            carry(mostAtOnce);
            assertThat(come.others).as("seed %d", seed).isEqualTo(sent.others);
            assertThat(come.bodies).as("seed %d", seed).hasToString(sent.bodies.toString());
        }
    }

    // ---- the client

    private ByteBuffer write() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(new byte[FrameHeads.PREFACE_LENGTH]);
        int next = 1;
        for (int i = 0; i < STEPS; i++) {
            List<Integer> open = sent.bodies.entrySet().stream()
                    .filter(body -> !body.getValue().ended)
                    .map(Map.Entry::getKey)
                    .toList();
            int what = random.nextInt(10);
            if (what == 0 && sent.bodies.size() < MAX_STREAMS) {
                sent.bodies.put(next, new Body());
                head(next, 0, all);
                next += 2;
            } else if (what < 3) {
                other(FrameHeads.WINDOW_UPDATE, 0, 0, bytes(Integer.BYTES), all);
            } else if (what == 3) {
                other(PING, 0, 0, bytes(Long.BYTES), all);
            } else if (what == 4) {
                byte[] setting = {0, 4, 0, 0, 1, (byte) i};
                other(FrameHeads.SETTINGS, 0, 0, setting, all);
            } else if (what == 5 && !open.isEmpty() && random.nextInt(4) == 0) {
                int stream = open.get(random.nextInt(open.size()));
                head(stream, FrameHeads.END_STREAM, all); // trailers
                requireNonNull(sent.bodies.get(stream)).ended = true;
            } else if (!open.isEmpty()) {
                int length = random.nextInt(5) == 0 ? FrameHeads.MAX_LENGTH - 300 : 60;
                data(open.get(random.nextInt(open.size())), random.nextInt(length), random.nextInt(20) == 0, all);
            }
        }
        // Nothing comes behind the ends of the bodies.
        sent.bodies.forEach((stream, body) -> {
            if (!body.ended) {
                data(stream, FrameHeads.MAX_LENGTH - 300, true, all);
            }
        });
        return ByteBuffer.wrap(all.toByteArray());
    }

    private void head(int stream, int end, ByteArrayOutputStream all) {
        int continuations = random.nextInt(3);
        int flags = continuations == 0 ? FrameHeads.END_HEADERS : 0;
        other(FrameHeads.HEADERS, flags | end, stream, bytes(random.nextInt(40)), all);
        for (; continuations > 0; continuations--) {
            flags = continuations == 1 ? FrameHeads.END_HEADERS : 0;
            other(FrameHeads.CONTINUATION, flags, stream, bytes(random.nextInt(40)), all);
        }
    }

    private void data(int stream, int count, boolean last, ByteArrayOutputStream all) {
        byte[] bytes = bytes(count);
        boolean padded = random.nextInt(4) == 0;
        Body body = requireNonNull(sent.bodies.get(stream));
        body.bytes.writeBytes(bytes);
        body.ended = last;
        int padding = padded ? random.nextInt(250) : 0;
        int length = bytes.length + padding + (padded ? 1 : 0);
        frameHead(
                FrameHeads.DATA,
                (last ? FrameHeads.END_STREAM : 0) | (padded ? FrameHeads.PADDED : 0),
                stream,
                length,
                all);
        if (padded) {
            all.write(padding);
        }
        all.writeBytes(bytes);
        all.writeBytes(new byte[padding]);
    }

    private void other(int type, int flags, int stream, byte[] payload, ByteArrayOutputStream all) {
        frameHead(type, flags, stream, payload.length, all);
        all.writeBytes(payload);
        sent.other(type, flags, stream, payload);
    }

    private static void frameHead(int type, int flags, int stream, int length, ByteArrayOutputStream all) {
        all.writeBytes(ByteBuffer.allocate(FrameHeads.HEADER_LENGTH)
                .putInt((length << 8) | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    // ---- the connection and the server

    private static StreamLedger streams() {
        return new StreamLedger(
                new Http2Limits(
                        WINDOW,
                        WINDOW,
                        MAX_STREAMS * WINDOW,
                        Long.MAX_VALUE,
                        MAX_STREAMS,
                        MANY,
                        MANY,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1)),
                new ListenerCounts(),
                new UnreadUploads(Long.MAX_VALUE).open(null),
                0);
    }

    @Test
    void anotherThreadLeavesTlsToTheIoThread() {
        CoalescingSource source = new CoalescingSource(
                transport(1), later::add, new DefaultByteBufferPool(false, RAW, 0, 0, 0), streams(), null, null);
        source.wake();
        assertThat(awake).isFalse();
        assertThat(later).hasSize(1);
        later.remove().run();
        assertThat(awake).isTrue();
    }

    private void carry(int mostAtOnce) throws IOException {
        StreamLedger streams = streams();
        CoalescingSource source = new CoalescingSource(
                transport(mostAtOnce), later::add, new DefaultByteBufferPool(false, RAW, 0, 0, 0), streams, null, null);
        source.show(new CoalescingSource.Books() {
            @Override
            public void heard() {}

            @Override
            public void frame(int type, int flags, int stream, int length) {
                assertThat(streams.received(type, flags, stream, length, 0)).isEqualTo(StreamLedger.NO_ERROR);
            }

            @Override
            public void replenish(int stream, int count) {}
        });
        ByteBuffer to = ByteBuffer.allocate(TO);
        ByteBuffer parsed = ByteBuffer.allocate(2 * TO);
        int preface = FrameHeads.PREFACE_LENGTH;
        while (wire.hasRemaining()
                || awake
                || !later.isEmpty()
                || come.bodies.values().stream().anyMatch(body -> body.unread > 0)) {
            if (wire.hasRemaining() || awake || !later.isEmpty()) {
                awake = false;
                source.read(to.clear());
                for (Runnable task = later.poll(); task != null; task = later.poll()) {
                    task.run();
                }
                parsed.put(to.flip()).flip();
                int skipped = Math.min(preface, parsed.remaining());
                parsed.position(skipped);
                preface -= skipped;
                parse(parsed);
                parsed.compact();
            }
            if (random.nextInt(3) == 0) {
                readBodies(streams);
                if (streams.hasDue()) {
                    source.wake();
                }
            }
        }
        assertThat(parsed.position()).as("bytes of a frame that is not whole").isZero();
    }

    private void parse(ByteBuffer from) {
        while (from.remaining() >= FrameHeads.HEADER_LENGTH) {
            int lengthAndType = from.getInt(from.position());
            int length = lengthAndType >>> 8;
            if (from.remaining() < FrameHeads.HEADER_LENGTH + length) {
                return;
            }
            from.getInt();
            int flags = from.get();
            int stream = from.getInt();
            byte[] payload = new byte[length];
            from.get(payload);
            if ((lengthAndType & 255) == FrameHeads.DATA) {
                Body body = requireNonNull(come.bodies.get(stream), "a frame of no stream");
                body.bytes.writeBytes(payload);
                body.ended |= (flags & FrameHeads.END_STREAM) != 0;
                body.unread += length;
            } else {
                come.other(lengthAndType & 255, flags, stream, payload);
                if ((lengthAndType & 255) == FrameHeads.HEADERS) {
                    come.bodies.putIfAbsent(stream, new Body());
                }
            }
        }
    }

    private void readBodies(StreamLedger streams) {
        come.bodies.forEach((stream, body) -> {
            int count = random.nextInt(body.unread + 1);
            body.unread -= count;
            if (count > 0) {
                streams.read(stream, count);
            }
        });
    }

    private StreamSourceConduit transport(int mostAtOnce) {
        return (StreamSourceConduit) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StreamSourceConduit.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "read" -> {
                            ByteBuffer to = (ByteBuffer) arguments[0];
                            int count = Math.min(to.remaining(), random.nextInt(mostAtOnce + 1));
                            count = Math.min(count, wire.remaining());
                            to.put(wire.slice(wire.position(), count));
                            wire.position(wire.position() + count);
                            return count;
                        }
                        case "wakeupReads" -> awake = true;
                        case "getReadThread" -> { // not this one
                            return null;
                        }
                        case "isReadResumed" -> {
                            return true;
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
    }
}
