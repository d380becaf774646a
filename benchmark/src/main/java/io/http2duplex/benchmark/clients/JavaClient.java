package io.http2duplex.benchmark.clients;

import io.http2duplex.Duplex;
import io.http2duplex.benchmark.Waiting;
import io.http2duplex.client.DuplexClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** This project's Java client, in this process. */
final class JavaClient implements Client {
    static final int SMALL = 32;
    private static final int MOST_WAITING = 20_000;
    private static final int CHUNK = 65_536;
    private static final int COUNT_LENGTH = 20;

    private final DuplexClient client;
    private final String origin;

    JavaClient(DuplexClient client, int port) {
        this.client = client;
        origin = "https://localhost:" + port;
    }

    private interface Use {
        void of(InputStream input, OutputStream output) throws IOException;
    }

    /** {@return how long a duplex was used, in seconds} */
    private double use(String path, Use use) throws IOException {
        Duplex duplex = client.connect(URI.create(origin + path));
        try (InputStream input = duplex.inputStream();
                OutputStream output = duplex.outputStream()) {
            long before = System.nanoTime();
            use.of(input, output);
            return (System.nanoTime() - before) / 1e9;
        }
    }

    @Override
    public double roundTrips(int count) throws IOException {
        double[] millis = new double[count];
        use("/echo", (input, output) -> {
            byte[] bytes = new byte[SMALL];
            for (int i = 0; i < count; i++) {
                long before = System.nanoTime();
                output.write(bytes);
                readAll(input, SMALL);
                millis[i] = (System.nanoTime() - before) / 1e6;
            }
        });
        Arrays.sort(millis);
        return millis[count / 2];
    }

    @Override
    public double writes(int count) throws IOException {
        return use("/echo", (input, output) -> {
            Semaphore waiting = new Semaphore(MOST_WAITING);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                ByteBuffer bytes = ByteBuffer.allocate(SMALL);
                try {
                    for (int i = 0; i < count; i++) {
                        waiting.acquireUninterruptibly();
                        output.write(bytes.putInt(0, i).array());
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] bytes = new byte[SMALL];
            for (int i = 0; i < count; i++) {
                if (input.readNBytes(bytes, 0, SMALL) < SMALL
                        || ByteBuffer.wrap(bytes).getInt() != i) {
                    throw new IllegalStateException("The echo of small write " + i + " is not what was sent");
                }
                waiting.release();
            }
            Waiting.result(writing, "the end of writing what has come back");
        });
    }

    @Override
    public double transfer(long down, long up) throws IOException {
        return use("/transfer", (input, output) -> {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    output.write((down + " " + up + "\n").getBytes(StandardCharsets.US_ASCII));
                    byte[] chunk = new byte[CHUNK];
                    for (long left = up; left > 0; left -= CHUNK) {
                        output.write(chunk, 0, (int) Math.min(CHUNK, left));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            readAll(input, down);
            String counted = new String(input.readNBytes(COUNT_LENGTH), StandardCharsets.US_ASCII).strip();
            Waiting.result(writing, "the end of writing what the server has counted");
            if (!counted.equals(Long.toString(up))) {
                throw new IllegalStateException("Of " + up + " bytes the server has counted " + counted);
            }
        });
    }

    @Override
    public double echo(long count) throws IOException {
        return use("/echo", (input, output) -> {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                byte[] chunk = new byte[CHUNK];
                try {
                    for (long sent = 0; sent < count; sent += CHUNK) {
                        Arrays.fill(chunk, numbered(sent));
                        output.write(chunk, 0, (int) Math.min(CHUNK, count - sent));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] buffer = new byte[CHUNK];
            for (long at = 0; at < count; ) {
                int read = input.read(buffer);
                if (read < 0 || buffer[0] != numbered(at) || buffer[read - 1] != numbered(at + read - 1)) {
                    throw new IllegalStateException(
                            "What comes after " + at + " bytes of the echo is not what was sent");
                }
                at += read;
            }
            Waiting.result(writing, "the end of writing what has come back");
        });
    }

    /** {@return what the byte at this place of the echo is} */
    private static byte numbered(long at) {
        return (byte) (at / CHUNK);
    }

    private static void readAll(InputStream input, long count) throws IOException {
        byte[] buffer = new byte[CHUNK];
        for (long left = count; left > 0; ) {
            int read = input.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException("The duplex has ended " + left + " bytes early");
            }
            left -= read;
        }
    }

    @Override
    public void close() {}
}
