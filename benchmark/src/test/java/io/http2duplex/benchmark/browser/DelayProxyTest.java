package io.http2duplex.benchmark.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class DelayProxyTest {
    private static final int SIZE = 10_000_000;

    private ServerSocket server;
    private DelayProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getByName("localhost"));
        proxy = new DelayProxy(server.getLocalPort(), Duration.ofMillis(2));
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Sends bytes and ends cleanly, while it receives up to the other's end. {@return what it received} */
    private static CompletableFuture<byte[]> exchange(Socket socket, byte[] bytes) {
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            try {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return CompletableFuture.supplyAsync(() -> {
                    try {
                        return socket.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .thenCombine(sent, (received, nothing) -> received);
    }

    @Test
    void every_byte_and_the_end_of_each_direction_go_through() throws Exception {
        try (Socket client = new Socket(server.getInetAddress(), proxy.port());
                Socket accepted = server.accept()) {
            CompletableFuture<byte[]> atClient = exchange(client, random(1));
            CompletableFuture<byte[]> atServer = exchange(accepted, random(2));

            assertThat(atServer.get()).isEqualTo(random(1));
            assertThat(atClient.get()).isEqualTo(random(2));
        }
    }

    @Test
    void a_client_of_a_server_that_does_not_listen_sees_the_end() throws Exception {
        server.close();
        try (Socket client = new Socket(InetAddress.getByName("localhost"), proxy.port())) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_cut_ends_what_is_open_and_nothing_that_comes_later() throws IOException {
        try (Socket before = new Socket(server.getInetAddress(), proxy.port());
                Socket atServer = server.accept()) {
            proxy.cut();

            assertThat(atServer.getInputStream().read()).isEqualTo(-1);
            assertThat(before.getInputStream().read()).isEqualTo(-1);
        }
        try (Socket after = new Socket(server.getInetAddress(), proxy.port());
                Socket atServer = server.accept()) {
            after.getOutputStream().write(7);

            assertThat(atServer.getInputStream().read()).isEqualTo(7);
        }
    }
}
