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
    private static final int LONGEST_TEXT = 1_000;
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

    ChatRoom(String node, Topic<ChatMessage> all, Topic<ChatMessage> typing, Topic<ChatMessage> here) {
        this.node = node;
        this.all = all;
        this.typing = typing.whenSlow(Slow.LATEST);
        this.here = here;
    }

    /** Talks with one page until it goes. */
    void talk(String name, Messages<ChatMessage, ChatMessage> page) {
        typing.join(page);
        enter(name, page);
        try {
            tell();
            for (ChatMessage message : page) {
                if (message instanceof Say say && !say.text().isBlank()) {
                    all.publish(new Line(
                            UUID.randomUUID().toString(), name, shortened(say.text()), System.currentTimeMillis()));
                } else if (message instanceof IsTyping) {
                    typing.publish(new Typing(name));
                }
            }
        } finally {
            synchronized (this) {
                members.remove(name);
            }
            tell();
        }
    }

    /** In one step: each line is either in the history that the page gets, or comes behind it. */
    private synchronized void enter(String name, Messages<ChatMessage, ChatMessage> page) {
        members.add(name);
        here.join(page);
        page.trySend(new History(name, List.copyOf(lines))); // a new duplex has room
        page.trySend(new Present(present));
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
            now = new NodePresent(node, List.copyOf(members));
        }
        all.publish(now);
    }

    /** Something was published on some node, this one included. Never blocks. */
    synchronized void heard(ChatMessage message) {
        if (message instanceof Line line) {
            lines.add(line);
            if (lines.size() > HISTORY) {
                lines.remove();
            }
            here.publish(line);
        } else if (message instanceof NodePresent told) {
            others.put(told.node(), new Heard(told.names(), System.nanoTime()));
            count();
        }
    }

    /** Tells this node's pages who is there, if that has changed. */
    private void count() {
        others.values().removeIf(heard -> System.nanoTime() - heard.at() > FORGET_NANOS);
        TreeSet<String> names = new TreeSet<>();
        others.values().forEach(heard -> names.addAll(heard.names()));
        if (!names.equals(new TreeSet<>(present))) {
            present = List.copyOf(names);
            here.publish(new Present(present));
        }
    }
}
