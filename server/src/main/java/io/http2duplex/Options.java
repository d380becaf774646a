package io.http2duplex;

import java.time.Duration;

/** Checks the values of options, and says of one that makes no sense which it is and what it is to be. */
final class Options {
    private Options() {}

    static int positive(int value, String name) {
        return (int) positive((long) value, name);
    }

    static long positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is to be 1 or more, not " + value);
        }
        return value;
    }

    static Duration positive(Duration value, String name) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " is to be longer than nothing, not " + value);
        }
        return value;
    }

    /** The wire counts whole milliseconds. */
    static Duration zeroOrMore(Duration value, String name) {
        if (value.isNegative() || (!value.isZero() && value.compareTo(Duration.ofMillis(1)) < 0)) {
            throw new IllegalArgumentException(name + " is to be zero, or a millisecond or more, not " + value);
        }
        return value;
    }

    /** {@return the duration, or some 146 years if it is longer: room to add it to any time} */
    static long nanos(Duration duration) {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
        return (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
    }
}
