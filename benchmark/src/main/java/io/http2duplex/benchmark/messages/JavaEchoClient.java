package io.http2duplex.benchmark.messages;

import io.http2duplex.Duplex;
import io.http2duplex.benchmark.Waiting;
import io.http2duplex.benchmark.servers.Line;
import io.http2duplex.client.DuplexClient;
import io.http2duplex.messages.Codec;
import io.http2duplex.messages.Messages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import tools.jackson.databind.json.JsonMapper;

/**
 * This project's Java client, in this process, with a duplex for each measurement.
 *
 * @param <T> the messages
 */
final class JavaEchoClient<T> implements EchoClient {
    private static final int MOST_WAITING = 1_000;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final DuplexClient client;
    private final OwnServer server;
    private final String path;
    private final Codec<T> codec;
    private final IntFunction<T> message;

    private JavaEchoClient(DuplexClient client, OwnServer server, String path, Codec<T> codec, IntFunction<T> message) {
        this.client = client;
        this.server = server;
        this.path = path;
        this.codec = codec;
        this.message = message;
    }

    /** {@return a client that reads and writes JSON} */
    static EchoClient json(DuplexClient client, OwnServer server, String path) {
        return new JavaEchoClient<>(client, server, path, Codec.jackson(MAPPER, Line.class), Line::of);
    }

    /** {@return a client of messages that are numbers and nothing, as long as those of JSON} */
    static EchoClient bytes(DuplexClient client, OwnServer server, String path) {
        return new JavaEchoClient<>(
                client,
                server,
                path,
                Codec.of(ByteBuffer::array, ByteBuffer::wrap),
                number -> ByteBuffer.allocate(Line.LENGTH).putInt(0, number));
    }

    private Messages<T, T> connect() throws IOException {
        Duplex duplex = client.connect(URI.create("https://localhost:" + server.port() + path));
        return Messages.over(duplex, codec, codec);
    }

    private void receive(Messages<T, T> messages, int number) throws IOException {
        T received = messages.receive();
        if (!message.apply(number).equals(received)) {
            throw new IllegalStateException("The echo of message " + number + " is not what was sent: " + received);
        }
    }

    @Override
    public double roundTrips(int count) throws IOException {
        double[] millis = new double[count];
        try (Messages<T, T> messages = connect()) {
            for (int i = 0; i < count; i++) {
                long before = System.nanoTime();
                messages.send(message.apply(i));
                receive(messages, i);
                millis[i] = (System.nanoTime() - before) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[count / 2];
    }

    @Override
    public double echoes(int count) throws IOException {
        try (Messages<T, T> messages = connect()) {
            Semaphore waiting = new Semaphore(MOST_WAITING);
            long before = System.nanoTime();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        waiting.acquireUninterruptibly();
                        messages.send(message.apply(i));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (int i = 0; i < count; i++) {
                receive(messages, i);
                waiting.release();
            }
            double seconds = (System.nanoTime() - before) / 1e9;
            Waiting.result(sending, "the end of sending what has come back");
            return seconds;
        }
    }

    @Override
    public long serverCpuMillis() {
        return server.cpuMillis();
    }
}
