package io.http2duplex.client.transport;

import io.http2duplex.ProblemType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that refused a request, or that was not this project's: the cause of the {@link
 * io.http2duplex.DuplexException} that an opening, or a duplex, fails with. It has no stack trace of its own.
 */
public final class AnswerException extends IOException {
    private final int status;
    private final @Nullable ProblemType problem;

    /**
     * An answer.
     *
     * @param problem what the server says; null if it says nothing, or if something on the way has answered
     * @param text what was answered, for a person
     */
    public AnswerException(int status, @Nullable ProblemType problem, String text) {
        super(text);
        this.status = status;
        this.problem = problem;
        setStackTrace(new StackTraceElement[0]); // it came over the network
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the kind of the server's refusal; null if the server, or this version of it, gave none that is known} */
    public @Nullable ProblemType problem() {
        return problem;
    }
}
