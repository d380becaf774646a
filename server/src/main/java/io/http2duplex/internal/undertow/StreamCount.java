package io.http2duplex.internal.undertow;

import io.http2duplex.internal.handler.Exchange.Room;
import io.undertow.util.AttachmentKey;

/** A count of the streams of an HTTP/2 connection, known where its listener bounds them. Thread-safe. */
public interface StreamCount {
    /** On a connection. */
    AttachmentKey<StreamCount> KEY = AttachmentKey.create(StreamCount.class);

    /** {@return how many streams are open} */
    int open();

    /** {@return how many may be open} */
    int limit();

    /** {@return the room that is left} A quarter is kept for uploads that end soon, and of that a quarter for them alone. */
    default Room room() {
        int left = limit() - open();
        if (left < Math.max(1, limit() / 16)) {
            return Room.NONE;
        }
        return left < limit() / 4 ? Room.LITTLE : Room.ENOUGH;
    }
}
