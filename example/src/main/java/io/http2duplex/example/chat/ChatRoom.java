package io.http2duplex.example.chat;

import io.http2duplex.example.chat.ChatMessage.History;
import io.http2duplex.example.chat.ChatMessage.IsTyping;
import io.http2duplex.example.chat.ChatMessage.Line;
import io.http2duplex.example.chat.ChatMessage.NodePresent;
import io.http2duplex.example.chat.ChatMessage.Present;
import io.http2duplex.example.chat.ChatMessage.Say;
import io.http2duplex.example.chat.ChatMessage.Typing;
import io.http2duplex.messages.Messages;
import io.http2duplex.messages.Slow;
import io.http2duplex.messages.Topic;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A room, on one node. What is said reaches the rooms of all nodes, and each gives it to its own pages. Each node keeps the last
 * lines that it has heard, and tells the others every now and then who is there, so that those of a node that is gone are
 * forgotten.
 */
final class ChatRoom {
    private static final int HISTORY = 50;
    /** Fewer lines, if they are long: in JSON these take 36 KB at most, and a new duplex has room for 64. */
    private static final int HISTORY_CHARACTERS = 6_000;

    private static final int LONGEST_TEXT = 1_000;
    /** A message of so many lines is within the limit of {@link ChatServer#OPTIONS}, long as they may be. */
    private static final int LINES_IN_A_MESSAGE = 2;
    /** So are so many names. */
    private static final int MOST_NAMES = 100;
    /** One who says more waits, else those who read slowly would be reset. */
    private static final long MESSAGE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long BURST_NANOS = 10 * MESSAGE_NANOS;
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(6);

    private record Heard(List<String> names, long at) {}

    private final String node;
    /** Reaches {@link #heard} on all nodes; pages are no members. */
    private final Topic<ChatMessage> all;

    private final Topic<ChatMessage> typing;
    /** Reaches this node's pages alone. */
    private final Topic<ChatMessage> here;

    /** Guarded by this, as all below. */
    private final ArrayDeque<Line> lines = new ArrayDeque<>();

    private final List<String> members = new ArrayList<>();
    private final Map<String, Heard> others = new HashMap<>();
    private List<String> present = List.of();
    private long usedAt = System.nanoTime();

    ChatRoom(String node, Topic<ChatMessage> all, Topic<ChatMessage> typing, Topic<ChatMessage> here) {
        this.node = node;
        this.all = all;
        this.typing = typing.whenSlow(Slow.LATEST);
        this.here = here;
    }

    /** Somebody comes, who must {@linkplain #leave leave}: until then the room is not empty. */
    synchronized void enter(String name) {
        members.add(name);
    }

    void leave(String name) {
        synchronized (this) {
            members.remove(name);
            usedAt = System.nanoTime();
        }
        tell();
    }

    /** {@return whether nobody is there, on any node} */
    synchronized boolean isEmpty() {
        return members.isEmpty()
                && others.values().stream().allMatch(heard -> heard.names().isEmpty() || isForgotten(heard));
    }

    /** {@return when the last of this node has left, in the time of the JVM} */
    synchronized long usedAt() {
        return usedAt;
    }

    /** Talks with the page of one who has entered, until it goes. */
    void talk(String name, Messages<ChatMessage, ChatMessage> page) {
        typing.join(page);
        join(name, page);
        tell();
        long paid = System.nanoTime() - BURST_NANOS;
        for (ChatMessage message : page) {
            paid = Math.max(paid, System.nanoTime() - BURST_NANOS) + MESSAGE_NANOS;
            await(paid);
            if (message instanceof Say say && !say.text().isBlank()) {
                all.publish(new Line(
                        UUID.randomUUID().toString(), name, shortened(say.text()), System.currentTimeMillis()));
            } else if (message instanceof IsTyping) {
                typing.publish(new Typing(name));
            }
        }
    }

    /** In one step: each line is either in the history that the page gets, or comes behind it. A new duplex has room for it. */
    private synchronized void join(String name, Messages<ChatMessage, ChatMessage> page) {
        here.join(page);
        List<Line> said = List.copyOf(lines);
        int from = 0;
        do {
            int to = Math.min(from + LINES_IN_A_MESSAGE, said.size());
            page.trySend(new History(name, said.subList(from, to)));
            from = to;
        } while (from < said.size());
        page.trySend(new Present(present));
    }

    private static void await(long time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("The server stops");
            stopped.initCause(e);
            throw new UncheckedIOException(stopped);
        }
    }

    /** {@return the beginning of a text, which never ends between the two halves of a character} */
    static String shortened(String text) {
        int end = Math.min(text.length(), LONGEST_TEXT);
        return text.substring(0, end < text.length() && Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end);
    }

    /** Tells all nodes who is here. */
    void tell() {
        NodePresent now;
        synchronized (this) {
            now = new NodePresent(node, members.stream().distinct().toList());
        }
        all.publish(now);
    }

    /** Tells all nodes who is here, if anybody is: of the last one's leaving they were told. */
    void tellAgain() {
        boolean used;
        synchronized (this) {
            used = !members.isEmpty();
        }
        if (used) {
            tell();
        }
    }

    /** Something was published on some node, this one included. Never blocks. */
    synchronized void heard(ChatMessage message) {
        if (message instanceof Line line) {
            lines.add(line);
            while (lines.size() > HISTORY || characters() > HISTORY_CHARACTERS) {
                lines.remove();
            }
            here.publish(line);
        } else if (message instanceof NodePresent told) {
            others.put(told.node(), new Heard(told.names(), System.nanoTime()));
            count();
        }
    }

    private int characters() {
        return lines.stream().mapToInt(line -> line.text().length()).sum();
    }

    /** Tells this node's pages who is there, if that has changed. */
    private void count() {
        others.values().removeIf(ChatRoom::isForgotten);
        TreeSet<String> names = new TreeSet<>();
        others.values().forEach(heard -> names.addAll(heard.names()));
        List<String> now = shown(List.copyOf(names));
        if (!now.equals(present)) {
            present = now;
            here.publish(new Present(now));
        }
    }

    private static boolean isForgotten(Heard heard) {
        return System.nanoTime() - heard.at() > FORGET_NANOS;
    }

    private static List<String> shown(List<String> names) {
        if (names.size() <= MOST_NAMES) {
            return names;
        }
        List<String> shown = new ArrayList<>(names.subList(0, MOST_NAMES));
        shown.add("and " + (names.size() - MOST_NAMES) + " more");
        return shown;
    }
}
