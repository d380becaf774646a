package io.http2duplex;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts of what a handler is doing now, and of what it has done since it was built, which only grow. They are taken one
 * after the other, while the handler goes on, so that they may differ by what happened meanwhile. Nothing in here names a
 * session or a client.
 *
 * @param dialect1 the sessions of dialect 1
 * @param dialect2 the sessions of dialect 2
 * @param oneRequest the sessions of one request
 * @param detached how many sessions have lost their connection now, and wait for their clients to resume them
 * @param modes how many sessions of dialect 2 there are now, by how their downloads travel, or last did: all modes
 * @param resumed how often a session was resumed
 * @param endedCleanly how many sessions have ended on both sides
 * @param failed how many sessions were reset, by the code: all codes, also those with 0
 * @param lived how long the sessions that have ended had lived, all together
 * @param upload the bytes from the clients to the application
 * @param download the bytes from the application to the clients
 * @param memoryUsed how many bytes of the {@linkplain DuplexOptions#memoryBudget memory budget} are used now
 * @param memoryBudget how many bytes it has in all
 * @param refused how many requests were refused, by the last part of the problem's type ({@code protocol.md}, section
 *     "Refusals"): all types, also those with 0
 */
public record DuplexStatistics(
        Dialect dialect1,
        Dialect dialect2,
        Dialect oneRequest,
        int detached,
        Map<DownloadMode, Integer> modes,
        long resumed,
        long endedCleanly,
        Map<ErrorCode, Long> failed,
        Duration lived,
        Direction upload,
        Direction download,
        long memoryUsed,
        long memoryBudget,
        Map<String, Long> refused) {

    /**
     * The sessions of one dialect, or of one request.
     *
     * @param live how many live now
     * @param opened how many were opened
     */
    public record Dialect(int live, long opened) {}

    /**
     * One direction of all sessions.
     *
     * @param bytes how many bytes have come from clients, or were taken by the transport, each counted once however often
     *     it had to be sent
     * @param chunks in how many pieces: what was read, or written, at once
     * @param buffered how many bytes are held now
     * @param window in dialect 2, how many more bytes may be sent now, until the receivers allow more
     */
    public record Direction(long bytes, long chunks, long buffered, long window) {}

    /** Copies the maps. */
    public DuplexStatistics {
        modes = Collections.unmodifiableMap(new LinkedHashMap<>(modes));
        failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /** {@return how many sessions live now} */
    public int sessions() {
        return dialect1.live + dialect2.live + oneRequest.live;
    }

    /** {@return how many sessions have ended} */
    public long ended() {
        return endedCleanly
                + failed.values().stream().mapToLong(Long::longValue).sum();
    }

    /** {@return how many requests were refused as that} */
    public long refused(ProblemType type) {
        return refused.getOrDefault(type.slug(), 0L);
    }
}
