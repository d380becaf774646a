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
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A room, on one node. Its topics reach the pages of all nodes. Each node keeps the last lines that it has heard, and tells the
 * others every now and then who is there, so that those of a node that is gone are forgotten.
 */
final class ChatRoom {
    private static final int HISTORY = 50;
    private static final int LONGEST_TEXT = 1_000;
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(6);

    private record Heard(List<String> names, long at) {}

    private final String node;
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
    void talk(String name, Messages<ChatMessage, ChatMessage> page) throws IOException {
        all.join(page); // before the history, so that no line is missed; one may come twice
        typing.join(page);
        here.join(page);
        History history;
        synchronized (this) {
            members.add(name);
            history = new History(name, List.copyOf(lines));
        }
        try {
            page.send(history);
            tell();
            page.send(present());
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

    /** {@return the beginning of a text, which never ends between the two halves of a character} */
    static String shortened(String text) {
        int end = Math.min(text.length(), LONGEST_TEXT);
        return text.substring(0, end < text.length() && Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end);
    }

    private synchronized Present present() {
        return new Present(present);
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
    void heard(ChatMessage message) {
        if (message instanceof Line line) {
            synchronized (this) {
                lines.add(line);
                if (lines.size() > HISTORY) {
                    lines.remove();
                }
            }
        } else if (message instanceof NodePresent told) {
            synchronized (this) {
                others.put(told.node(), new Heard(told.names(), System.nanoTime()));
            }
            count();
        }
    }

    /** Tells this node's pages who is there, if that has changed. */
    private void count() {
        Present changed;
        synchronized (this) {
            others.values().removeIf(heard -> System.nanoTime() - heard.at() > FORGET_NANOS);
            TreeSet<String> names = new TreeSet<>();
            others.values().forEach(heard -> names.addAll(heard.names()));
            if (names.equals(new TreeSet<>(present))) {
                return;
            }
            present = List.copyOf(names);
            changed = new Present(present);
        }
        here.publish(changed);
    }
}
