package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.containers.TestContainer;
import io.http2duplex.containers.TestContainer.Kind;
import io.http2duplex.servlet.DuplexServlet;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What differs from container to container. */
class ContainersTest {
    private static final byte[] SOME = {1, 2, 3, 4};

    /** The duplexes that were opened. */
    private final BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();

    private final CompletableFuture<Integer> begun = new CompletableFuture<>();
    private final CompletableFuture<byte[]> read = new CompletableFuture<>();
    private final List<AutoCloseable> closed = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : closed) {
            one.close();
        }
    }

    private TestContainer start(TestContainer container) {
        container.start();
        closed.add(container::stop);
        return container;
    }

    private TestContainer start(Kind kind, DuplexServlet servlet) {
        return start(kind.container().with("/*", servlet));
    }

    private DuplexServlet.Builder keepingThem() {
        return DuplexServlet.builder(opened::add);
    }

    /** A servlet whose application reads everything. */
    private DuplexServlet reading() {
        return DuplexServlet.builder(duplex -> {
                    try {
                        InputStream input = duplex.inputStream();
                        begun.complete(input.read());
                        read.complete(input.readAllBytes());
                    } catch (IOException e) {
                        read.completeExceptionally(e);
                    }
                })
                .build();
    }

    /** {@return the next duplex that was opened, and was not asked for yet} */
    private Duplex opened() throws InterruptedException {
        return Objects.requireNonNull(
                opened.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS), "no duplex was opened");
    }

    private Http2Client client(TestContainer container) throws IOException {
        Http2Client client = Http2Client.over(sockets(container), "/");
        closed.add(client);
        return client;
    }

    private static HttpClient browser() {
        return HttpClient.newBuilder().sslContext(TestServer.trust()).build();
    }

    private static HttpRequest.Builder request(TestContainer container) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + container.port(true) + "/"));
    }

    private static HttpResponse<InputStream> open(HttpClient browser, HttpRequest.Builder request) throws Exception {
        HttpResponse<InputStream> download = browser.send(request.build(), BodyHandlers.ofInputStream());
        assertThat(download.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(download.statusCode()).isEqualTo(200);
        return download;
    }

    private static String id(HttpResponse<?> download) {
        return download.headers().firstValue("http2-duplex-id").orElseThrow();
    }

    private SubmissionPublisher<ByteBuffer> body() {
        SubmissionPublisher<ByteBuffer> body = new SubmissionPublisher<>();
        closed.add(body);
        return body;
    }

    /** Sends bytes of a body, as soon as its request has begun. */
    private static void send(SubmissionPublisher<ByteBuffer> body, byte[] bytes) {
        Await.until("the body is asked for", body::hasSubscribers);
        body.submit(ByteBuffer.wrap(bytes));
    }

    private void assertCut() {
        assertThat(Await.failure(read))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UPLOAD_CUT));
    }

    @ParameterizedTest
    @EnumSource
    void anUploadOfDialect1WhoseLengthIsAnnouncedAndThatIsCutFailsTheDuplex(Kind kind) throws Exception {
        TestContainer container = start(kind, reading());
        HttpClient browser = browser();
        HttpResponse<InputStream> download = open(browser, request(container));
        SubmissionPublisher<ByteBuffer> body = body();
        HttpRequest post = request(container)
                .header("http2-duplex-id", id(download))
                .header("http2-duplex-single", "true")
                .POST(BodyPublishers.fromPublisher(body, 1000))
                .build();
        CompletableFuture<?> answer = browser.sendAsync(post, BodyHandlers.discarding());
        send(body, SOME);
        Await.result(begun);
        body.closeExceptionally(new IOException("cut"));

        assertCut();
        Await.failure(answer);
    }

    /** Tomcat can't tell a cut body from one that has ended: it refuses those without a length. */
    @ParameterizedTest
    @EnumSource
    void aStreamingUploadOfDialect1IsCutOrRefusedButNeverTreatedAsWhole(Kind kind) throws Exception {
        Http2Client client = client(start(kind, reading()));
        Request download = client.open();
        Request upload = client.single(download.id()).write(SOME);
        if (kind == Kind.TOMCAT) {
            assertThat(upload.status()).isEqualTo(411);
            assertThat(new String(upload.readToEnd(), StandardCharsets.UTF_8)).contains("dialect 2");
        } else {
            Await.result(begun);
            upload.cut();
            assertCut();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamingUploadOfDialect2IsRefusedOnATomcatOfWhichItIsNotKnownThatItTakesThem(Kind kind) throws Exception {
        TestContainer container = start(kind, keepingThem().build());
        HttpClient browser = browser();
        HttpResponse<InputStream> download = open(browser, request(container).header("http2-duplex-version", "2"));
        SubmissionPublisher<ByteBuffer> body = body();
        HttpRequest post = request(container)
                .header("http2-duplex-version", "2")
                .header("http2-duplex-id", id(download))
                .POST(BodyPublishers.fromPublisher(body))
                .build();
        CompletableFuture<HttpResponse<String>> answer = browser.sendAsync(post, BodyHandlers.ofString());
        Await.until("the body is asked for", body::hasSubscribers);
        body.close();

        HttpResponse<String> response = Await.result(answer);
        assertThat(response.statusCode()).isEqualTo(kind == Kind.TOMCAT ? 411 : 204);
        if (kind == Kind.TOMCAT) {
            assertThat(response.body()).contains("streamingUploads");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPostThatIsRefusedInTheMiddleOfItsBodyIsAnsweredBeforeThatEnds(Kind kind) throws Exception {
        Http2Client client =
                client(start(kind, keepingThem().streamingUploads(true).build()));
        Request post = client.send("POST", true, Resumable.headers("http2-duplex-id", "A".repeat(32)))
                .write(SOME);

        assertThat(post.status()).isEqualTo(404);
        assertThat(new String(post.readToEnd(), StandardCharsets.UTF_8)).contains("unknown-session");
    }

    /** Jetty calls the reader of such a request without end, and keeps something of each call. Tomcat answers itself. */
    @Test
    void aRequestForATunnelIsAnsweredToItsEndOnJetty() throws Exception {
        CompletableFuture<Void> complete = new CompletableFuture<>();
        Filter watching = (request, response, chain) ->
                chain.doFilter(new Watched((HttpServletRequest) request, complete), response);
        DuplexServlet servlet =
                keepingThem().bodyTimeout(Duration.ofMinutes(10)).build();
        Http2Client client =
                client(start(Kind.JETTY.container().with("/*", servlet).behind(watching, true)));
        Request connect = client.send("CONNECT", false);

        assertThat(connect.status()).isEqualTo(405);
        assertThat(new String(connect.readToEnd(), StandardCharsets.UTF_8)).contains("method-not-allowed");
        Await.result(complete);
    }

    /** A request that tells when the servlet is done with it. */
    private static final class Watched extends HttpServletRequestWrapper {
        private final CompletableFuture<Void> complete;

        Watched(HttpServletRequest request, CompletableFuture<Void> complete) {
            super(request);
            this.complete = complete;
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            AsyncContext async = super.startAsync(request, response);
            async.addListener(new AsyncListener() {
                @Override
                public void onComplete(AsyncEvent event) {
                    complete.complete(null);
                }

                @Override
                public void onTimeout(AsyncEvent event) {}

                @Override
                public void onError(AsyncEvent event) {}

                @Override
                public void onStartAsync(AsyncEvent event) {}
            });
            return async;
        }
    }

    /** Jetty closes the connection. */
    @Test
    void aLengthThatIsOverEveryBoundIsRefusedOnTomcat() throws Exception {
        Http2Client client = client(start(Kind.TOMCAT, keepingThem().build()));
        String[] length = {"http2-duplex-id", "A".repeat(32), "content-length", "9".repeat(30)};

        assertThat(client.send("POST", true, Resumable.headers(length)).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadOfDialect1ThatIsResetAtOnceIsBrokenOffAndIsNoOtherAnswer(Kind kind) throws Exception {
        TestContainer container =
                start(kind, DuplexServlet.builder(Duplex::reset).build());
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpRequest opening = request(container).version(version).build();
            assertThatThrownBy(() -> {
                        HttpResponse<InputStream> download = browser().send(opening, BodyHandlers.ofInputStream());
                        assertThat(download.statusCode()).isEqualTo(200); // which Jetty may leave out
                        download.body().readAllBytes();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionOverHttp2ThatIsLostIsNoticed(Kind kind) throws Exception {
        TestContainer container =
                start(kind, keepingThem().resumeTimeout(Duration.ofMillis(1)).build());
        Http2Client client = client(container);
        Resumable.open(client);
        client.close();

        Await.failure(opened().closed().toCompletableFuture());
    }

    @ParameterizedTest
    @EnumSource
    void behindAFilterThatIsNotAsynchronousARequestIsRefusedWithOneError(Kind kind) throws Exception {
        Filter filter = (request, response, chain) -> chain.doFilter(request, response);
        TestContainer container =
                start(kind.container().with("/*", keepingThem().build()).behind(filter, false));
        HttpResponse<String> answer = browser().send(request(container).build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(opened).isEmpty();
    }

    /** On Tomcat a write to such a client blocks its thread, for up to 5 seconds. */
    @ParameterizedTest
    @EnumSource
    void clientsThatReadNothingHoldUpNeitherTheApplicationNorAnyoneElse(Kind kind) throws Exception {
        TestContainer container =
                start(kind, keepingThem().heartbeat(Duration.ZERO).build());
        int frozen = 100;
        for (int i = 0; i < frozen; i++) {
            Http2Client client = Http2Client.over(sockets(container), "/", 0);
            closed.add(client);
            assertThat(client.send("GET", false, Resumable.headers()).status()).isEqualTo(200);
        }
        Resumable reader = Resumable.open(client(container));
        List<Duplex> all = new ArrayList<>();
        for (int i = 0; i <= frozen; i++) {
            all.add(opened());
        }
        long since = System.nanoTime();
        for (Duplex duplex : all) {
            duplex.send(ByteBuffer.wrap(SOME));
        }
        reader.readAtLeast(SOME.length);

        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @EnumSource
    void aContainerThatStopsEndsItsDuplexes(Kind kind) throws Exception {
        TestContainer container = start(kind, keepingThem().build());
        Resumable.open(client(container));
        Duplex duplex = opened();

        container.stop();

        assertThat(Await.failure(duplex.closed().toCompletableFuture()))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHUT_DOWN));
    }

    private static Sockets sockets(TestContainer container) throws IOException {
        return Sockets.open(container.port(true), TestServer.trust(), "h2");
    }
}
