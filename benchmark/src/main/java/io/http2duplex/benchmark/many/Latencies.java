package io.http2duplex.benchmark.many;

import java.util.Arrays;

/** How long things took. Not for use by several threads at once. */
public final class Latencies {
    private long[] nanos = new long[1024];
    private int count;
    private boolean sorted;

    public void add(long took) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = took;
        sorted = false;
    }

    public int count() {
        return count;
    }

    /** {@return what so many percent did not take longer than, in milliseconds} */
    public double percentileMillis(double percent) {
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        int rank = (int) Math.ceil(percent / 100 * count);
        return nanos[Math.max(0, rank - 1)] / 1e6;
    }
}
