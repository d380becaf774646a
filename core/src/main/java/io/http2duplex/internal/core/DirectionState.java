package io.http2duplex.internal.core;

/**
 * The life of one direction of a session.
 *
 * <pre>
 *   OPEN ──end requested──▶ ENDING ──every byte passed on──▶ ENDED
 *     │                        │
 *     └────────reset───────────┴──▶ RESET
 * </pre>
 *
 * A session that is reset resets both directions; one that has ended already stays ENDED.
 */
public enum DirectionState {
    OPEN,
    ENDING,
    ENDED,
    RESET;

    /**
     * {@return the next state}
     *
     * @throws IllegalStateException if that move is not in the diagram: a defect of the caller
     */
    public DirectionState to(DirectionState next) {
        boolean legal = switch (next) {
            case OPEN -> false;
            case ENDING -> this == OPEN;
            case ENDED -> this == ENDING;
            case RESET -> this == OPEN || this == ENDING;
        };
        if (!legal) {
            throw new IllegalStateException("No move from " + this + " to " + next);
        }
        return next;
    }

    /** {@return whether nothing more can happen in this direction} */
    public boolean isFinished() {
        return this == ENDED || this == RESET;
    }
}
