package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Deadline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The ways down of one session ({@code docs/protocol.md}, "Ways down"): by which the next GET asks, when one is left for the
 * next, and when the first is tried again.
 */
final class ClientWays {
    /** How many downloads in a row must be lost at a similar age. */
    private static final int LOSSES = 3;
    /** Downloads that live longer are worth what they cost. */
    private static final long LONG_LIFE_NANOS = 45_000_000_000L;
    /** Ages are similar that differ by at most the longest divided by this. */
    private static final int SIMILAR = 5;
    /** How many times the first pause the longest is. */
    private static final int LONGEST_PAUSE = 16;

    private final List<DownloadMode> modes;
    private final long firstPause;
    private DownloadMode mode;
    /** How long the last downloads have lived that were lost, in nanoseconds. */
    private final List<Long> lives = new ArrayList<>(0);
    /** Until the first way is tried again. */
    private long pause;

    private long lookAt = Deadline.NONE;

    /**
     * @param mode by which the session was opened
     * @param firstPause until the first way is tried again; after each trial it waits twice as long
     */
    ClientWays(List<DownloadMode> modes, DownloadMode mode, long firstPause, long now) {
        this.modes = modes;
        this.mode = mode;
        this.firstPause = firstPause;
        pause = firstPause;
        change(mode, now);
    }

    /** {@return how downloads are asked to travel} */
    DownloadMode mode() {
        return mode;
    }

    /** {@return the way that is tried again} */
    DownloadMode first() {
        return modes.get(0);
    }

    /** {@return whether the next GET must try the first way, which may work by now} */
    boolean isTrialDue(long now) {
        if (mode == first() || !Deadline.isPast(lookAt, now)) {
            return false;
        }
        pause = Math.min(2 * pause, LONGEST_PAUSE * firstPause);
        lookAt = now + pause;
        return true;
    }

    /** A way has been found to work, or the server has chosen it. */
    void change(DownloadMode next, long now) {
        mode = next;
        if (mode != first() && lookAt == Deadline.NONE) {
            lookAt = now + pause;
        }
    }

    /** Nothing has come in time: something on the way may hold such responses back. After the last way comes the first. */
    void broughtNothing(long now) {
        lives.clear();
        change(modes.get((modes.indexOf(mode) + 1) % modes.size()), now);
    }

    /** A download was lost. If others were before it, at a similar age, something on the way ends such responses. */
    void lost(long life, long now) {
        lives.add(life);
        if (lives.size() < LOSSES) {
            return;
        }
        long longest = Collections.max(lives);
        boolean similar = longest - Collections.min(lives) <= longest / SIMILAR;
        int next = modes.indexOf(mode) + 1;
        if (similar && longest <= LONG_LIFE_NANOS && next < modes.size()) {
            lives.clear();
            change(modes.get(next), now);
        } else {
            lives.remove(0);
        }
    }
}
