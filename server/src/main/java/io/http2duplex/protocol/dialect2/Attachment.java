package io.http2duplex.protocol.dialect2;

import io.http2duplex.protocol.Problem;
import org.jspecify.annotations.Nullable;

/** One download of a session: what its carrier shows to {@link ResumableSession}. */
public final class Attachment {
    private final @Nullable Problem problem;

    Attachment(@Nullable Problem problem) {
        this.problem = problem;
    }

    /** {@return why the GET is refused; null if its response is the session's download from now on} */
    public @Nullable Problem problem() {
        return problem;
    }
}
