package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Real clients that have a duplex of one request: the programs of {@code docs/clients.md}. {@code -Pclients} runs more. */
class OneRequestIT {
    private static final int MEGABYTE = 1_000_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/echo", TestServer::echo, builder -> builder.oneRequest(true).maxSessionsPerConnection(1_000))
            .with("/idle", TestServer::idle, builder -> builder.oneRequest(true));

    private Process client;

    static Stream<Recipe> recipes() {
        return Recipe.ofOneRequest();
    }

    private void start(Recipe recipe, String path) throws IOException {
        client = recipe.start(recipe.tls ? SERVER.url(path) : SERVER.clearUrl(path));
    }

    @AfterEach
    void stop() {
        client.destroyForcibly();
        SERVER.awaitNoSession();
    }

    private void type(String line) throws IOException {
        OutputStream input = client.getOutputStream();
        input.write((line + "\n").getBytes(US_ASCII));
        input.flush();
    }

    /** {@return the exit code} */
    private int exit() throws InterruptedException {
        assertThat(client.waitFor(Await.LIMIT.toSeconds(), SECONDS))
                .as("it exits")
                .isTrue();
        return client.exitValue();
    }

    private void assertExitsCleanly() throws InterruptedException {
        assertThat(exit()).isZero();
    }

    /** Writes, and closes, while the test reads: nobody holds all of it. */
    private static CompletableFuture<Void> write(OutputStream output, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try (output) {
                output.write(bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void what_is_typed_comes_back_line_by_line(Recipe recipe) throws Exception {
        start(recipe, "/echo");
        BufferedReader output = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
        for (int i = 0; i < 10; i++) {
            type("line " + i);
            assertThat(output.readLine()).isEqualTo("line " + i);
        }
        client.getOutputStream().close();
        assertThat(output.readLine()).isNull();
        assertExitsCleanly();
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
    }

    @Test
    void the_npm_package_in_node_echoes_five_megabytes() throws Exception {
        assertEchoes(Recipe.NODE_PACKAGE, 5 * MEGABYTE);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void twenty_megabytes_go_both_ways(Recipe recipe) throws Exception {
        assertEchoes(recipe, 20 * MEGABYTE);
    }

    private void assertEchoes(Recipe recipe, int count) throws Exception {
        byte[] sent = new RandomBytes(3).take(count);
        start(recipe, "/echo");
        CompletableFuture<Void> written = write(client.getOutputStream(), sent);
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
        written.get(Await.LIMIT.toSeconds(), SECONDS);
        assertExitsCleanly();
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_client_that_ends_first_gets_the_rest(Recipe recipe) throws Exception {
        byte[] rest = new RandomBytes(4).take(MEGABYTE);
        start(recipe, "/idle");
        type("the end");
        client.getOutputStream().close();
        Duplex duplex = SERVER.opened("/idle");
        assertThat(new String(duplex.inputStream().readAllBytes(), US_ASCII)).isEqualTo("the end\n");
        CompletableFuture<Void> written = write(duplex.outputStream(), rest);
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(rest);
        written.get(Await.LIMIT.toSeconds(), SECONDS);
        assertExitsCleanly();
        assertThat(outcome(duplex)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_server_that_ends_first_loses_no_byte(Recipe recipe) throws Exception {
        byte[] all = new RandomBytes(5).take(MEGABYTE);
        start(recipe, "/idle");
        type("hello");
        Duplex duplex = SERVER.opened("/idle");
        assertThat(duplex.inputStream().readNBytes(6)).hasSize(6);
        duplex.inputStream().close();
        CompletableFuture<Void> written = write(duplex.outputStream(), all);
        assertThat(client.getInputStream().readNBytes(MEGABYTE)).isEqualTo(all);
        written.get(Await.LIMIT.toSeconds(), SECONDS);
        assertThat(outcome(duplex)).isEmpty();
        if (recipe == Recipe.CURL) { // the reset meets what is typed
            awaitExit();
            assertThat(exit()).isEqualTo(92);
        } else if (recipe.isCurl()) { // it waits for its input
            client.getOutputStream().close();
            assertExitsCleanly();
        } else {
            assertExitsCleanly();
        }
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_reset_of_the_server_is_a_failure_of_the_client(Recipe recipe) throws Exception {
        start(recipe, "/idle");
        type("hello");
        Duplex duplex = SERVER.opened("/idle");
        assertThat(duplex.inputStream().readNBytes(6)).hasSize(6);
        duplex.outputStream().write('h');
        assertThat(client.getInputStream().read()).isEqualTo('h');

        duplex.reset();

        if (recipe.isCurl()) { // over HTTP/1.1 it waits for its input
            awaitExit();
        }
        assertThat(exit()).isPositive();
        assertThat(outcome(duplex)).contains(ErrorCode.CANCELLED);
    }

    /** Types until nobody reads it any more. */
    private void awaitExit() {
        Await.until("it exits", () -> !client.isAlive() || !typed());
    }

    private boolean typed() {
        try {
            type("is anybody there?");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_client_that_is_killed_is_lost(Recipe recipe) throws Exception {
        start(recipe, "/idle");
        type("hello");
        Duplex duplex = SERVER.opened("/idle");
        assertThat(duplex.inputStream().readNBytes(6)).hasSize(6);

        client.destroyForcibly();

        assertThat(outcome(duplex)).contains(ErrorCode.CONNECTION_LOST);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_client_that_does_not_read_holds_the_application_up(Recipe recipe) throws Exception {
        int tooMuch = 50 * MEGABYTE;
        start(recipe, "/idle");
        type("hello");
        Duplex duplex = SERVER.opened("/idle");
        ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
        int written = 0;
        while (written < tooMuch && hasRoom(duplex)) {
            written += duplex.offer(piece) ? piece.remaining() : 0;
        }
        assertThat(written).isPositive().isLessThan(tooMuch);
        duplex.reset();
    }

    private static boolean hasRoom(Duplex duplex) throws Exception {
        try {
            duplex.writable().toCompletableFuture().get(300, MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"http2, true", "http, false"})
    void two_hundred_are_open_at_once(String module, boolean tls) throws Exception {
        String url = tls ? SERVER.url("/echo") : SERVER.clearUrl("/echo");
        ProcessBuilder many = new ProcessBuilder("node", "src/test/clients/many.mjs", module, url, "200");
        many.environment()
                .put(
                        "NODE_EXTRA_CA_CERTS",
                        TestServer.certificates().caCertificate().toString());
        client = many.redirectError(new File(System.getProperty("e2e.target"), "many.log"))
                .start();
        assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("200 open\n200 whole\n");
        assertExitsCleanly();
    }
}
