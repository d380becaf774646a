package io.http2duplex.benchmark.servers;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.messages.Codec;
import io.http2duplex.messages.Encoded;
import io.http2duplex.messages.Messages;
import io.http2duplex.messages.Slow;
import io.http2duplex.messages.Topic;
import io.http2duplex.messages.TopicStatistics;
import io.http2duplex.messages.Topics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server of messages and a topic: {@code MessageServer CERTIFICATES}. It prints one line of JSON with its port; on each
 * line that comes it publishes a message, if the line says so, and prints the counts of the topic; and it ends when its
 * input does.
 */
public final class MessageServer {
    /** The bytes of a message with its head. */
    public static final int FRAME = 4 + Line.LENGTH;

    /** Passes bytes on as they come. */
    public static final String PIPED = "/piped";

    /** Reads and writes as many bytes as a message has, and knows of none. */
    public static final String RAW = "/raw";

    /** Echoes messages that it does not decode. */
    public static final String BYTES = "/bytes";

    /** Echoes messages of JSON. */
    public static final String JSON = "/json";

    /** Members of the topic. It is the path that the load generator opens. */
    public static final String MEMBER = "/echo";

    /** A member of the topic whose buffer is full. */
    public static final String FULL = "/full";

    /** All clients have one address here. */
    private static final int ANY = 1_000_000;

    /** Among idle duplexes heartbeats would be most of what is measured. */
    private static final Duration RARE = Duration.ofMinutes(10);

    /** What has ended is not to be in the way of the next. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final JsonMapper MAPPER = new JsonMapper();

    private final Topics topics = Topics.local();
    private final Topic<Line> topic =
            topics.topic("lines", Codec.jackson(MAPPER, Line.class)).whenSlow(Slow.DROP);
    private int published;

    private MessageServer() {}

    public static void main(String... arguments) throws IOException {
        MessageServer server = new MessageServer();
        System.out.println(MAPPER.writeValueAsString(Map.of("port", server.start(Path.of(arguments[0])))));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (line.equals("publish")) {
                server.topic.publish(Line.of(server.published++));
            }
            TopicStatistics counts = server.topic.statistics();
            System.out.println(MAPPER.writeValueAsString(counts));
        }
        System.exit(0);
    }

    private int start(Path certificates) {
        DuplexServer server = DuplexServer.builder()
                .tls(DevelopmentCertificates.in(certificates).sslContext())
                .maxStreams(220)
                .maxConnections(ANY)
                .maxConnectionsPerAddress(ANY)
                .handle(PIPED, duplexes(duplex -> duplex.input().subscribe(duplex.output())))
                .handle(RAW, duplexes(MessageServer::raw))
                .handle(BYTES, duplexes(duplex -> echo(Messages.over(duplex, Codec.bytes(), Codec.bytes()))))
                .handle(JSON, duplexes(duplex -> echo(Messages.over(duplex, MAPPER, Line.class, Line.class))))
                .handle(MEMBER, duplexes(duplex -> topic.join(lines(duplex))))
                .handle(FULL, duplexes(this::full))
                .build();
        server.start();
        return server.port();
    }

    private static DuplexHandler duplexes(DuplexCallback callback) {
        return DuplexHandler.builder(callback)
                .maxSessions(ANY)
                .maxSessionsPerAddress(ANY)
                .maxSessionsPerConnection(ANY)
                .maxOpensPerMinute(ANY)
                .heartbeat(RARE)
                .maxDownloadLife(Duration.ZERO)
                .resumeTimeout(SHORT)
                .build();
    }

    private static void raw(Duplex duplex) throws IOException {
        try (InputStream input = duplex.inputStream();
                OutputStream output = duplex.outputStream()) {
            byte[] bytes = new byte[FRAME];
            while (input.readNBytes(bytes, 0, FRAME) == FRAME) {
                output.write(bytes);
            }
        }
    }

    private static <T> void echo(Messages<T, T> messages) throws IOException {
        try (messages) {
            for (T message : messages) {
                messages.send(message);
            }
        }
    }

    private static Messages<Line, Line> lines(Duplex duplex) {
        return Messages.over(duplex, MAPPER, Line.class, Line.class);
    }

    /** Its client reads nothing: what is sent here fills the client's window and then the buffer, and keeps them full. */
    private void full(Duplex duplex) throws IOException, InterruptedException {
        Messages<Line, Line> messages = lines(duplex);
        Encoded line = messages.encode(Line.of(0));
        topic.join(messages);
        try {
            while (true) {
                messages.trySend(line);
                duplex.writable().toCompletableFuture().get();
            }
        } catch (ExecutionException e) {
            // The client has gone.
        }
    }
}
