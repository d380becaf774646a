package io.http2duplex.example.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.http2duplex.DuplexException;
import io.http2duplex.client.DuplexClient;
import io.http2duplex.example.chat.ChatMessage.History;
import io.http2duplex.example.chat.ChatMessage.Line;
import io.http2duplex.example.chat.ChatMessage.NodePresent;
import io.http2duplex.example.chat.ChatMessage.Present;
import io.http2duplex.example.chat.ChatMessage.Say;
import io.http2duplex.messages.Bus;
import io.http2duplex.messages.Codec;
import io.http2duplex.messages.Messages;
import io.http2duplex.messages.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** People who do what others must not suffer from. */
@Timeout(60)
class ChatServerTest {
    private final Bus bus = Bus.local();
    private final Topics nodes = Topics.over(bus);
    private final ChatServer server = new ChatServer("", "key".getBytes(UTF_8), bus, options -> options);

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Messages<ChatMessage, ChatMessage> enter(String name, String room) throws Exception {
        String address = "http://localhost:" + server.port();
        HttpRequest signIn = HttpRequest.newBuilder(URI.create(address + "/sign-in"))
                .POST(BodyPublishers.ofString(name))
                .build();
        String set = HttpClient.newHttpClient()
                .send(signIn, BodyHandlers.discarding())
                .headers()
                .firstValue("set-cookie")
                .orElseThrow();
        String cookie = set.substring(0, set.indexOf(';'));
        DuplexClient client =
                DuplexClient.builder().headers(() -> Map.of("cookie", cookie)).build();
        return Messages.over(
                client.connect(URI.create(address + "/chat?room=" + room)),
                ChatServer.MAPPER,
                ChatMessage.class,
                ChatMessage.class);
    }

    /** {@return the next message of that kind} */
    private static <T> T next(Class<T> kind, Messages<ChatMessage, ChatMessage> page) throws IOException {
        ChatMessage message;
        do {
            message = requireNonNull(page.receive());
        } while (!kind.isInstance(message));
        return kind.cast(message);
    }

    private void onAnotherNode(String room, ChatMessage message) {
        nodes.topic(room, Codec.jackson(ChatServer.MAPPER, ChatMessage.class)).publish(message);
    }

    /** In JSON each of these characters has six bytes. Of long lines the history has fewer. */
    @Test
    void aRoomInWhichMuchWasSaidCanBeEntered() throws Exception {
        String text = "\u0001".repeat(1_000);
        try (var ann = enter("Ann", "tea")) {
            for (int i = 0; i < 50; i++) {
                ann.send(new Say(text));
                assertThat(next(Line.class, ann).text()).isEqualTo(text);
            }
            try (var ben = enter("Ben", "tea")) {
                List<Line> said = new ArrayList<>();
                while (said.size() < 6) {
                    History part = next(History.class, ben);
                    assertThat(part.you()).isEqualTo("Ben");
                    said.addAll(part.lines());
                }
                assertThat(said).extracting(Line::text).containsOnly(text);
            }
        }
    }

    @Test
    void aRoomWithManyPeopleCanBeEntered() throws Exception {
        List<String> names = IntStream.range(0, 500)
                .mapToObj(i -> "\uD835\uDC9C".repeat(17) + i)
                .toList();
        onAnotherNode("tea", new NodePresent("n9", names));
        try (var ann = enter("Ann", "tea")) {
            List<String> present = next(Present.class, ann).names();
            if (!present.contains("Ann")) { // as it was before she came
                assertThat(present).hasSize(101).endsWith("and 400 more");
                present = next(Present.class, ann).names();
            }
            assertThat(present).hasSize(101).contains("Ann").endsWith("and 401 more");
        }
    }

    @Test
    void roomsThatNobodyIsInMakePlaceForOthers() throws Exception {
        for (int i = 0; i < ChatServer.MOST_ROOMS; i++) {
            onAnotherNode("room-" + i, new Line("" + i, "Ann", "I was here", 0));
        }
        try (var ann = enter("Ann", "tea");
                var ben = enter("Ben", "room-999")) {
            assertThat(next(History.class, ann).lines()).isEmpty();
            assertThat(next(History.class, ben).lines()).hasSize(1);
        }
        onAnotherNode("tea", new NodePresent("n9", List.of("Cem")));
        for (int i = 0; i < ChatServer.MOST_ROOMS; i++) {
            onAnotherNode("room-" + i, new NodePresent("n9", List.of("Cem")));
        }
        assertThatExceptionOfType(DuplexException.class).isThrownBy(() -> enter("Ann", "coffee"));
    }

    /** Those who read slowly would be reset. */
    @Test
    void onePageCannotSayMoreThanOthersCanRead() throws Exception {
        try (var ann = enter("Ann", "tea");
                var ben = enter("Ben", "tea")) {
            next(History.class, ben);
            long begin = System.nanoTime();
            for (int i = 0; i < 60; i++) {
                ann.send(new Say("x"));
            }
            for (int i = 0; i < 60; i++) {
                next(Line.class, ben);
            }
            assertThat(System.nanoTime() - begin).isGreaterThan(900_000_000L);
        }
    }
}
