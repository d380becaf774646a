package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Problem;

/** The peer broke the rules ({@code protocol.md}, section "Input that breaks the rules"). Caught within the core. */
public final class ViolationException extends Exception {
    private final transient Problem problem;

    private ViolationException(Problem problem) {
        super(problem.detail(), null, false, false); // what the peer can bring about at will costs no stack trace
        this.problem = problem;
    }

    static ViolationException malformedFrame(String detail) {
        return new ViolationException(Problem.malformedFrame(detail));
    }

    static ViolationException beyondWindow(String detail) {
        return new ViolationException(Problem.beyondWindow(detail));
    }

    /** {@return how the POST is answered that brought it} */
    Problem problem() {
        return problem;
    }
}
