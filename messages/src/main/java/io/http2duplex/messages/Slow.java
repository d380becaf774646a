package io.http2duplex.messages;

/** What a topic does about a member whose duplex is full when a message is published. Nobody ever waits for it. */
public enum Slow {
    /** Its duplex is reset with {@link MessageError#TOO_SLOW}: the member sees every message, or a failure. */
    RESET,
    /** It misses that message: for messages that stand for themselves. */
    DROP,
    /**
     * It gets the latest message as soon as it has room, and misses those before: for messages that replace each other,
     * such as a state or who is typing.
     */
    LATEST
}
