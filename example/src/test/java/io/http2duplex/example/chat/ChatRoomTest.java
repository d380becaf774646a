package io.http2duplex.example.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.example.chat.ChatMessage.History;
import io.http2duplex.example.chat.ChatMessage.Line;
import io.http2duplex.messages.Bus;
import io.http2duplex.messages.Codec;
import io.http2duplex.messages.Messages;
import io.http2duplex.messages.Topics;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that come in while somebody talks: each line comes to each of them once. */
@Timeout(60)
class ChatRoomTest {
    private static final Codec<ChatMessage> CODEC = Codec.jackson(ChatServer.MAPPER, ChatMessage.class);

    private static final int LINES = 1_000;

    private final Bus bus = Bus.local();
    private @Nullable ChatRoom known;

    /** A page that says nothing, and reads all. */
    private static final class Page {
        final List<ChatMessage> messages = new ArrayList<>();
        private final CompletableFuture<Void> open = new CompletableFuture<>();
        private final CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

        void enter(ChatRoom room) {
            Duplex duplex = (Duplex) Proxy.newProxyInstance(
                    Duplex.class.getClassLoader(),
                    new Class<?>[] {Duplex.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "offer" -> take((ByteBuffer) arguments[0]);
                        case "send" -> {
                            take((ByteBuffer) arguments[0]);
                            yield done;
                        }
                        case "writable" -> done;
                        case "closed" -> open;
                        case "inputStream" -> InputStream.nullInputStream();
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
            room.enter("Ann");
            room.talk("Ann", Messages.over(duplex, CODEC, CODEC));
        }

        private synchronized boolean take(ByteBuffer frame) {
            messages.add(message(frame));
            return true;
        }

        /** {@return the texts of all lines that it has got} */
        synchronized List<String> texts() {
            List<String> texts = new ArrayList<>();
            for (ChatMessage message : messages) {
                if (message instanceof History history) {
                    history.lines().forEach(line -> texts.add(line.text()));
                } else if (message instanceof Line line) {
                    texts.add(line.text());
                }
            }
            return texts;
        }
    }

    private static ChatMessage message(ByteBuffer frame) {
        byte[] payload = new byte[frame.remaining() - Integer.BYTES];
        frame.get(frame.position() + Integer.BYTES, payload);
        return ChatServer.MAPPER.readValue(payload, ChatMessage.class);
    }

    private ChatRoom room() {
        ChatRoom room = known;
        if (room == null) {
            Topics topics = Topics.over(bus);
            room = new ChatRoom(
                    "",
                    topics.topic("tea", CODEC),
                    topics.topic("tea/typing", CODEC),
                    Topics.local().topic("tea", CODEC));
            known = room;
        }
        return room;
    }

    private void hears() {
        bus.subscribe((topic, frame) -> room().heard(message(frame)));
    }

    private void say(int number) {
        byte[] payload = ChatServer.MAPPER.writeValueAsBytes(new Line("" + number, "Ben", "" + number, number));
        bus.publish(
                "tea",
                ByteBuffer.allocate(Integer.BYTES + payload.length)
                        .putInt(payload.length)
                        .put(payload)
                        .flip());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPageThatComesInWhileALineIsGivenToTheListenersGetsItOnce(boolean topicsFirst) {
        Page page = new Page();
        if (topicsFirst) {
            room();
        } else {
            hears();
        }
        bus.subscribe((topic, frame) -> {
            if (message(frame) instanceof Line) {
                page.enter(room());
            }
        });
        if (topicsFirst) {
            hears();
        } else {
            room();
        }

        say(1);

        assertThat(page.texts()).containsExactly("1");
    }

    @Test
    void pagesThatComeInWhileSomebodyTalksGetEachLineOnceAndInOrder() throws Exception {
        hears();
        Thread talker = new Thread(() -> IntStream.range(0, LINES).forEach(this::say));
        room();
        talker.start();
        List<Page> pages = Stream.generate(Page::new).limit(50).toList();
        pages.forEach(page -> page.enter(room()));
        talker.join();

        for (Page page : pages) {
            int first = Integer.parseInt(page.texts().get(0));
            assertThat(page.texts())
                    .containsExactlyElementsOf(IntStream.range(first, LINES)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }
}
