package io.http2duplex.messages;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The members of one topic on this node, and its counts. {@link Topic}s of one name share it. It is found as long as
 * somebody holds such a topic, or is a member: a member's duplex holds it by its {@link Memberships}.
 */
final class Room {
    private final Map<Messages<?, ?>, Member> members = new ConcurrentHashMap<>();
    final TopicCounts counts;

    Room(TopicCounts counts) {
        this.counts = counts;
    }

    void join(Messages<?, ?> messages, Slow slow) {
        Member member = slow == Slow.LATEST ? new LatestMember(messages) : new Member(messages, slow);
        messages.memberships().join(this, () -> counted(members.putIfAbsent(messages, member) == null, 1));
    }

    boolean leave(Messages<?, ?> messages) {
        Member member = members.get(messages);
        return member != null && remove(member);
    }

    private boolean remove(Member member) {
        return member.messages.memberships().leave(this, () -> counted(members.remove(member.messages, member), -1));
    }

    /** Counts a change under the lock of the memberships: there are never fewer members than none. {@return whether it is one} */
    private boolean counted(boolean changed, int change) {
        if (changed) {
            counts.members(change);
        }
        return changed;
    }

    /** Gives a message to all members, and waits for none. */
    void publish(Encoded message) {
        counts.published();
        int delivered = 0;
        for (Member member : members.values()) {
            try {
                delivered += member.deliver(message) ? 1 : 0;
            } catch (IOException e) {
                remove(member); // its duplex can take no more messages
            }
        }
        counts.delivered(delivered);
    }

    /** A member that misses messages, or is reset, if it does not keep up. */
    private class Member {
        final Messages<?, ?> messages;
        final Duplex duplex;
        private final Slow slow;

        Member(Messages<?, ?> messages, Slow slow) {
            this.messages = messages;
            duplex = messages.duplex();
            this.slow = slow;
        }

        /** {@return whether the duplex has taken it} */
        boolean deliver(Encoded message) throws IOException {
            if (duplex.offer(message.frame())) {
                return true;
            }
            if (slow == Slow.DROP) {
                counts.dropped();
            } else if (remove(this)) {
                counts.reset();
                MessageError.TOO_SLOW.reset(
                        duplex, "This member of a topic did not read as fast as messages were published", null);
            }
            return false;
        }
    }

    /** A member that gets the latest message when it has room. It holds one message at most, which is shared. */
    private final class LatestMember extends Member {
        /** What waits for room; null: nothing. Guarded by this object's lock. */
        private @Nullable Encoded latest;

        LatestMember(Messages<?, ?> messages) {
            super(messages, Slow.LATEST);
        }

        @Override
        boolean deliver(Encoded message) throws IOException {
            synchronized (this) {
                if (latest != null) {
                    latest = message;
                    counts.dropped();
                    return false;
                }
                if (duplex.offer(message.frame())) {
                    return true;
                }
                latest = message;
            }
            awaitRoom();
            return false;
        }

        /** Goes on when there is room; not by calling itself, since there may be room already, and none a moment later. */
        private void awaitRoom() {
            CompletionStage<Void> writable;
            boolean now;
            do {
                writable = duplex.writable();
                now = writable.toCompletableFuture().isDone();
            } while (now && !flush());
            if (!now) {
                writable.whenComplete((nothing, failure) -> {
                    if (!flush()) {
                        awaitRoom();
                    }
                });
            }
        }

        /** {@return whether nothing waits any more} */
        private synchronized boolean flush() {
            Encoded message = members.get(messages) == this ? latest : null; // one that has left gets nothing more
            try {
                if (message != null && !duplex.offer(message.frame())) {
                    return false;
                }
                counts.delivered(message == null ? 0 : 1);
            } catch (IOException e) {
                remove(this);
            }
            latest = null;
            return true;
        }
    }
}
