package io.http2duplex.internal.core.resumable.client;

/**
 * A comparison of a streaming POST with ordinary ones: something on the way may hold its small pieces back. When a PING of
 * the stream was answered late, a POST carries the next one, and so in turn, as long as the POST's is much faster.
 */
final class Comparison {
    /** A PING that takes longer is late, and one that takes so much longer than another is slower. */
    private static final long LATE_NANOS = 100_000_000;
    /** How many times in a row the stream must be slower. */
    private static final int ENOUGH = 3;
    /** How many PINGs of POSTs one session may spend: on a long line each PING of a stream is late. */
    private static final int MAX_POSTS = 8;

    private boolean due;
    /** How long the stream's last PING has taken. */
    private long took;
    /** The PING of the last POST, until it is answered, and when it went. */
    private int token = ClientUpload.NO_TOKEN;

    private long sentAt;
    private int left = MAX_POSTS;
    private int slower;

    /** {@return whether a POST must carry a PING} */
    boolean isDue() {
        return due;
    }

    /**
     * A PING of the stream was answered.
     *
     * @param nanos how long it has taken; 0: that tells nothing
     */
    void streamed(long nanos) {
        took = nanos;
        due = nanos > LATE_NANOS && left > 0;
        slower = due ? slower : 0;
    }

    /** A POST carries a PING. */
    void posted(int ping, long now) {
        due = false;
        left--;
        token = ping;
        sentAt = now;
    }

    /** A PONG has come. {@return whether it shows that the stream is slower} */
    boolean answered(int pong, long now) {
        if (token == ClientUpload.NO_TOKEN || pong != token) {
            return false;
        }
        token = ClientUpload.NO_TOKEN;
        long posted = now - sentAt;
        // By half as much besides: on a long line times differ.
        boolean shows = took - posted > Math.max(LATE_NANOS, posted / 2);
        slower = shows ? slower + 1 : 0;
        return shows;
    }

    /** {@return whether that is certain} */
    boolean isOver() {
        return slower >= ENOUGH;
    }
}
