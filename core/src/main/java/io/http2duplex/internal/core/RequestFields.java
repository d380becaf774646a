package io.http2duplex.internal.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The header fields of a request. */
@FunctionalInterface
public interface RequestFields {
    /** The {@link #number} of a field that is not there. */
    long ABSENT = -1;

    /** The {@link #number} of a field that holds another value, or several. */
    long MALFORMED = -2;

    /** A long holds any number of so many digits. */
    int MAX_DIGITS = 18;

    /** {@return all values of a field, whatever the case of its name; an empty list if there is none} */
    List<String> get(String name);

    /** {@return the field's only value; null if it is absent, or there are several} */
    default @Nullable String only(String name) {
        List<String> values = get(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    /** {@return the value of a field that holds one decimal number; {@link #ABSENT} or {@link #MALFORMED}} */
    default long number(String name) {
        if (get(name).isEmpty()) {
            return ABSENT;
        }
        String value = only(name);
        boolean digits = value != null
                && !value.isEmpty()
                && value.length() <= MAX_DIGITS
                && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.parseLong(value) : MALFORMED;
    }

    /** {@return whether the request is one of dialect 2} */
    default boolean isDialect2() {
        return HeaderNames.DIALECT_2.equals(only(HeaderNames.VERSION));
    }

    /** {@return why the request names no session; null if it names one} */
    default @Nullable Problem idProblem() {
        if (get(HeaderNames.ID).isEmpty()) {
            return Problem.missingId();
        }
        String id = only(HeaderNames.ID);
        return id != null && SessionId.isWellFormed(id) ? null : Problem.malformedId();
    }
}
