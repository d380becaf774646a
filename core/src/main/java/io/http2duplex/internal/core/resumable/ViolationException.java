package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Problem;

/** A violation of the protocol by the peer ({@code protocol.md}, section "Input that breaks the rules"). */
public final class ViolationException extends Exception {
    private final transient Problem problem;

    private ViolationException(Problem problem) {
        super(problem.detail(), null, false, false); // a peer can cause it at will, so it has no stack trace
        this.problem = problem;
    }

    static ViolationException malformedFrame(String detail) {
        return new ViolationException(Problem.malformedFrame(detail));
    }

    static ViolationException beyondWindow(String detail) {
        return new ViolationException(Problem.beyondWindow(detail));
    }

    /** {@return the answer to the POST that brought it} */
    public Problem problem() {
        return problem;
    }
}
