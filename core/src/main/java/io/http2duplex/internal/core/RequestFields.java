package io.http2duplex.internal.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a request's header fields by name; an empty list where there is none. */
@FunctionalInterface
public interface RequestFields {
    /** {@return all values of a field, whatever the case of its name} */
    List<String> get(String name);

    /** {@return the field's only value; null if it is absent, or there are several} */
    default @Nullable String only(String name) {
        List<String> values = get(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    /** {@return whether the request is one of dialect 2} */
    default boolean isDialect2() {
        return HeaderNames.DIALECT_2.equals(only(HeaderNames.VERSION));
    }

    /** {@return why the request names no session as it should; null if it does} */
    default @Nullable Problem idProblem() {
        if (get(HeaderNames.ID).isEmpty()) {
            return Problem.missingId();
        }
        String id = only(HeaderNames.ID);
        return id != null && SessionId.isWellFormed(id) ? null : Problem.malformedId();
    }
}
