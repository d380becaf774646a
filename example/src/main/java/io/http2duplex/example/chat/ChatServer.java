package io.http2duplex.example.chat;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.messages.Bus;
import io.http2duplex.messages.Codec;
import io.http2duplex.messages.MessageOptions;
import io.http2duplex.messages.Messages;
import io.http2duplex.messages.Topics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A node of a chat: {@code /chat?room=tea} is a duplex of JSON messages for a page with an account. Everything else is in
 * {@link ChatRoom}.
 */
public final class ChatServer implements AutoCloseable {
    private static final String PATH = "/chat";
    private static final Pattern ROOM = Pattern.compile("[a-z0-9-]{1,30}");
    static final int MOST_ROOMS = 1_000;
    private static final String TYPING = "/typing";
    static final MessageOptions OPTIONS = MessageOptions.DEFAULT.maxLength(16 * 1024);
    /** A page may leave out what a record must have. */
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private static final Codec<ChatMessage> CODEC = Codec.jackson(MAPPER, ChatMessage.class);

    private final String route;
    private final Accounts accounts;
    private final Topics topics;
    private final Topics local = Topics.local();
    private final Map<String, ChatRoom> rooms = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final DuplexServer server;

    /**
     * A node.
     *
     * @param route of this node; empty if there is one alone
     * @param key that cookies are signed with, the same on all nodes
     * @param bus to all nodes
     * @param options where it listens
     */
    public ChatServer(String route, byte[] key, Bus bus, UnaryOperator<DuplexServer.Builder> options) {
        this.route = route;
        accounts = new Accounts(key);
        topics = Topics.over(bus);
        bus.subscribe(this::published);
        DuplexHandler.Builder duplexes = DuplexHandler.builder(this::talk)
                .resumeTimeout(Duration.ofSeconds(10)) // then a page whose node was killed opens another duplex
                .authorize(request -> CompletableFuture.completedStage(
                        authorize(accounts.name(request.header("cookie")), request.queryParameter("room"))));
        if (!route.isEmpty()) {
            duplexes.route(route).maxSessionsPerConnection(10_000); // behind a front
        }
        server = options.apply(site(accounts).handle(PATH, duplexes.build())).build();
    }

    /** {@return what a chat has besides its duplexes: the page, the bundles, and where users sign in} */
    static DuplexServer.Builder site(HttpHandler accounts) {
        ClassLoader classPath = ChatServer.class.getClassLoader();
        String policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return DuplexServer.builder()
                .handle("/sign-in", accounts)
                .resources(classPath, "chat")
                .resources(classPath, "META-INF/resources/http2-duplex")
                .wrap(next -> Handlers.path(next).addExactPath("/", Handlers.redirect("/chat.html")))
                .wrap(next -> Handlers.header(next, "Content-Security-Policy", policy))
                .wrap(next -> Handlers.header(next, "Cache-Control", "no-cache"));
    }

    private Authorization authorize(@Nullable String name, @Nullable String room) {
        if (name == null) {
            return Authorization.refuse(401, "There is no account: sign in first.");
        }
        boolean exists = room != null && (rooms.containsKey(room) || hasPlace());
        return exists && ROOM.matcher(room).matches()
                ? Authorization.accept(name)
                : Authorization.refuse(403, "There is no such room.");
    }

    private void talk(Duplex duplex) {
        String name = Objects.requireNonNull(duplex.request().account());
        ChatRoom room = enter(Objects.requireNonNull(duplex.request().queryParameter("room")), name);
        try (Messages<ChatMessage, ChatMessage> page = Messages.over(duplex, CODEC, CODEC, OPTIONS)) {
            room.talk(name, page);
        } catch (UncheckedIOException e) {
            // The page is gone: the duplex has failed, and its page knows.
        } finally {
            room.leave(name);
        }
    }

    /** {@return a room that somebody has entered} */
    private ChatRoom enter(String room, String name) {
        if (!rooms.containsKey(room)) {
            makePlace();
        }
        return Objects.requireNonNull(rooms.compute(room, (same, known) -> {
            ChatRoom entered = known == null ? newRoom(room) : known;
            entered.enter(name);
            return entered;
        }));
    }

    private ChatRoom newRoom(String name) {
        return new ChatRoom(
                route, topics.topic(name, CODEC), topics.topic(name + TYPING, CODEC), local.topic(name, CODEC));
    }

    private boolean hasPlace() {
        return rooms.size() < MOST_ROOMS || rooms.values().stream().anyMatch(ChatRoom::isEmpty);
    }

    /** Where there are as many rooms as there may be, the one that nobody has used for the longest time is forgotten. */
    private void makePlace() {
        if (rooms.size() >= MOST_ROOMS) {
            rooms.entrySet().stream()
                    .filter(room -> room.getValue().isEmpty())
                    .min(Comparator.comparingLong(room -> room.getValue().usedAt()))
                    .ifPresent(oldest ->
                            rooms.computeIfPresent(oldest.getKey(), (same, room) -> room.isEmpty() ? null : room));
        }
    }

    /** On whatever node: rooms remember it, also those that nobody of this node is in. */
    private void published(String topic, ByteBuffer frame) {
        if (!topic.endsWith(TYPING) && (rooms.containsKey(topic) || rooms.size() < MOST_ROOMS)) {
            byte[] payload = new byte[frame.remaining() - Integer.BYTES];
            frame.duplicate().position(frame.position() + Integer.BYTES).get(payload);
            try {
                rooms.computeIfAbsent(topic, this::newRoom).heard(MAPPER.readValue(payload, ChatMessage.class));
            } catch (JacksonException e) {
                // A node of another version; its messages are of no use to this one.
            }
        }
    }

    /** Begins to listen. */
    public void start() {
        server.start();
        ScheduledFuture<?> unused =
                timer.scheduleAtFixedRate(() -> rooms.values().forEach(ChatRoom::tellAgain), 2, 2, TimeUnit.SECONDS);
    }

    /** {@return the port that it listens on} */
    public int port() {
        return server.port();
    }

    /** Tells the pages, which end their duplexes then, and closes when none is left, or the time is up. */
    public void shutdown(Duration time) {
        server.shutdown(time);
        timer.shutdownNow();
    }

    @Override
    public void close() {
        shutdown(Duration.ZERO);
    }
}
