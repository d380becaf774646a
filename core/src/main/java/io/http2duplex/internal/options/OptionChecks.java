package io.http2duplex.internal.options;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks of option values. The message of a value that makes no sense names the option and what it must be. */
public final class OptionChecks {
    /** As browsers write one (RFC 6454, section 6.2); a port that is the scheme's own is left out. */
    private static final Pattern ORIGIN = Pattern.compile(
            "(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\\[[0-9a-f:.]+])(:[1-9][0-9]{0,4})?");

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final Pattern ROUTE = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    private OptionChecks() {}

    public static <T> T given(@Nullable T value, String name) {
        return Objects.requireNonNull(value, () -> name + " must not be null");
    }

    public static int positive(int value, String name) {
        return atLeast(1, value, name);
    }

    public static int atLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be " + least + " or more, not " + value);
        }
        return value;
    }

    public static int between(int least, int most, int value, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    public static long positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be 1 or more, not " + value);
        }
        return value;
    }

    public static long zeroOrMore(long value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must be 0 or more, not " + value);
        }
        return value;
    }

    public static int percent(int value, String name) {
        if (value < 1 || value > 100) {
            throw new IllegalArgumentException(name + " must be 1 to 100 percent, not " + value);
        }
        return value;
    }

    public static Duration positive(Duration value, String name) {
        if (given(value, name).isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be longer than zero, not " + value);
        }
        return value;
    }

    /** The wire counts whole milliseconds. */
    public static Duration zeroOrMore(Duration value, String name) {
        if (given(value, name).isNegative() || (!value.isZero() && value.compareTo(Duration.ofMillis(1)) < 0)) {
            throw new IllegalArgumentException(name + " must be zero, or a millisecond or more, not " + value);
        }
        return value;
    }

    public static String origin(String origin) {
        if (!ORIGIN.matcher(given(origin, "an origin of allowedOrigins")).matches()) {
            throw new IllegalArgumentException("allowedOrigins takes origins as browsers write them, such as"
                    + " https://app.example.com or http://localhost:8080: in small letters, without a path, without"
                    + " the scheme's own port; not " + origin);
        }
        return origin;
    }

    public static String header(String name) {
        if (!TOKEN.matcher(given(name, "a name of allowedHeaders")).matches()) {
            throw new IllegalArgumentException("allowedHeaders takes names of header fields, not " + name);
        }
        return name.toLowerCase(Locale.ROOT);
    }

    public static String route(String route) {
        if (!ROUTE.matcher(given(route, "route")).matches()) {
            throw new IllegalArgumentException(
                    "route must be 1 to 32 of the characters A-Z, a-z, 0-9, _ and -, not " + route);
        }
        return route;
    }

    /** {@return the duration, from 0 to some 146 years: room to add it to any time} */
    public static long nanos(Duration duration) {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
        return duration.isNegative() ? 0 : (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
    }
}
