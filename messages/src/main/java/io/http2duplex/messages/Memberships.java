package io.http2duplex.messages;

import io.http2duplex.Duplex;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The rooms that one {@link Messages} is a member of, which it leaves when its duplex is over. One task waits for that end,
 * however often rooms are joined and left: a stage keeps all that waits for it.
 */
final class Memberships {
    private enum State {
        /** No room was joined yet. */
        NEW,
        /** The end of the duplex is awaited. */
        AWAITS_END,
        /** The duplex is over: no room is joined any more. */
        OVER
    }

    private final Duplex duplex;
    private final Consumer<Room> leave;
    // Both are guarded by this object's lock.
    private final Set<Room> rooms = new HashSet<>(0);
    private State state = State.NEW;

    /** @param leave makes the duplex leave a room */
    Memberships(Duplex duplex, Consumer<Room> leave) {
        this.duplex = duplex;
        this.leave = leave;
    }

    /**
     * {@return whether the room has taken it as a new member}
     *
     * @param put makes it a member, unless it is one
     * @throws IllegalStateException if messages can't be sent, because another face is used
     */
    boolean join(Room room, BooleanSupplier put) {
        awaitEnd();
        synchronized (this) {
            return state != State.OVER && put.getAsBoolean() && rooms.add(room);
        }
    }

    /**
     * {@return whether it was a member of the room, and is none any more}
     *
     * @param remove removes it from the members
     */
    synchronized boolean leave(Room room, BooleanSupplier remove) {
        return remove.getAsBoolean() && rooms.remove(room);
    }

    /** Once: the face stays claimed, and each call of these two leaves something with the duplex. */
    private void awaitEnd() {
        synchronized (this) {
            if (state != State.NEW) {
                return;
            }
            duplex.writable(); // throws if another face is used
            state = State.AWAITS_END;
        }
        duplex.closed().whenComplete((nothing, failure) -> end());
    }

    private void end() {
        List<Room> left;
        synchronized (this) {
            state = State.OVER;
            left = List.copyOf(rooms);
        }
        left.forEach(leave);
    }
}
