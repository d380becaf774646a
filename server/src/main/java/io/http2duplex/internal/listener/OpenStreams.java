package io.http2duplex.internal.listener;

import io.undertow.protocols.http2.Http2StreamSourceChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A list of the open streams of a connection, sorted by id. Ids only rise, and a map would double its size. */
final class OpenStreams {
    private static final byte[] NOTHING = {};

    /** An open stream. */
    static final class Stream {
        final int id;
        /** The size to which its window is replenished. */
        int size;
        /** The bound of that size. */
        int most;
        /** The bytes that its client may still send. */
        int window;
        /** Bytes read for which its window is not replenished yet. */
        int owed;

        /** Bytes read since its window was checked. */
        int read;
        /** Bytes passed on and not read. */
        int unread;
        /** Bytes that have come and were not read, those of frames' padding included. */
        int held;
        /** Whether it becomes due when everything is read. */
        boolean waits;

        /** Bytes not passed on yet: the first {@link #collectedCount}. Used on the I/O thread. */
        private byte[] collected = NOTHING;

        int collectedCount;

        /** Whether it must be reset, since too much is unread. */
        boolean isRefused;

        /** Whether its request is malformed, and waits for the answer. */
        boolean isMalformed;

        boolean clientEnded;
        boolean serverEnded;

        /** Bytes passed on, read or not. */
        long passed;

        /** Its request, once Undertow has it. */
        @Nullable
        Http2StreamSourceChannel request;

        Stream(int id, int size, int most) {
            this.id = id;
            this.size = size;
            this.most = most;
            window = size;
        }

        void collect(ByteBuffer from, int count) {
            int needed = collectedCount + count;
            if (collected.length < needed) {
                int length = Math.max(2 * collected.length, Math.max(64, needed));
                collected = Arrays.copyOf(collected, Math.min(length, CoalescingSource.PIECE));
            }
            from.get(collected, collectedCount, count);
            collectedCount += count;
        }

        void passTo(ByteBuffer to) {
            to.put(collected, 0, collectedCount);
            collected = NOTHING;
            collectedCount = 0;
        }
    }

    private final List<Stream> streams = new ArrayList<>();

    /** @param stream with a higher id than any before */
    void add(Stream stream) {
        streams.add(stream);
    }

    /** {@return the stream with that id; null if it is not open} */
    @Nullable
    Stream get(int id) {
        int index = indexOf(id);
        return index < streams.size() && streams.get(index).id == id ? streams.get(index) : null;
    }

    void remove(Stream stream) {
        streams.remove(indexOf(stream.id));
    }

    int count() {
        return streams.size();
    }

    void forEach(Consumer<Stream> action) {
        streams.forEach(action);
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** {@return the index of the first stream with that id or a higher one} */
    private int indexOf(int id) {
        int from = 0;
        int to = streams.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (streams.get(middle).id < id) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
