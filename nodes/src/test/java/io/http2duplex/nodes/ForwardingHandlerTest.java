package io.http2duplex.nodes;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.http2duplex.Authorization;
import io.http2duplex.DuplexRequest;
import io.http2duplex.programs.RunningProgram;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.IoUtils;

/**
 * Two nodes, whose clients send requests to the wrong one.
 *
 * <p>The file is long because it writes the requests of clients that no library would send.
 */
@Timeout(60)
class ForwardingHandlerTest {
    private static final String ID = "http2-duplex-id";
    /** As long as an id of a session is. */
    private static final String UNKNOWN = "A".repeat(32);

    private static Node node(String route, Map<String, URI> nodes, UnaryOperator<ForwardingHandler.Builder> options) {
        return node(route, RunningProgram.freePort(), false, nodes, options);
    }

    private static Node node(
            String route,
            int port,
            boolean tls,
            Map<String, URI> nodes,
            UnaryOperator<ForwardingHandler.Builder> options) {
        ForwardingHandler.Builder forwarding = options.apply(ForwardingHandler.builder(route));
        nodes.forEach(forwarding::node);
        return new Node(route, port, tls, forwarding::build);
    }

    private static Node node(String route) {
        return new Node(route, RunningProgram.freePort(), false, next -> next);
    }

    private static HttpRequest.Builder request(Node to) {
        return HttpRequest.newBuilder(to.url()).header("http2-duplex-version", "2");
    }

    private static HttpResponse<String> post(Node to, String id) throws Exception {
        return Node.HTTP.send(
                request(to).header(ID, id).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    /** {@return an open download} */
    private static HttpResponse<InputStream> open(Node on) throws Exception {
        return Node.HTTP.send(request(on).GET().build(), BodyHandlers.ofInputStream());
    }

    private static String id(HttpResponse<?> opened) {
        return opened.headers().firstValue(ID).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void duplexesLiveWhicheverNodeTheirRequestsReach(boolean tls) throws Exception {
        int port = RunningProgram.freePort();
        int otherPort = RunningProgram.freePort();
        String address = tls ? "https://localhost:" : "http://127.0.0.1:";
        Map<String, URI> nodes = Map.of("n1", URI.create(address + port), "n2", URI.create(address + otherPort));
        try (Node one = node("n1", port, tls, nodes, options -> options.tls(Node.TRUST));
                Node two = node("n2", otherPort, tls, nodes, options -> options.tls(Node.TRUST))) {
            AtomicInteger turn = new AtomicInteger();
            try (EchoClient client = EchoClient.start(
                    Node.HTTP, () -> turn.incrementAndGet() % 2 == 0 ? one.url() : two.url(), true, 1)) {
                Await.until("duplexes have lived", () -> client.rounds.get() > 30 || client.hasFailed());
                assertThat(client.failedOpenings).isEmpty();
                assertThat(client.resets).isEmpty();
                assertThat(client.disturbances).hasValue(0);
            }
            assertThat(one.failures).isEmpty();
            assertThat(two.failures).isEmpty();
        }
    }

    @Test
    void theNodeThatHasTheSessionSeesWhoTheClientIsAndWhatItAskedFor() throws Exception {
        try (Node two = node("n2");
                Node one = node("n1", Map.of("n2", two.address()), options -> options)) {
            HttpResponse<InputStream> opened = open(two);
            String id = id(opened);
            two.requests.clear();
            HttpRequest post = request(one)
                    .header(ID, id)
                    .header("x-forwarded-for", "192.0.2.7")
                    .header("x-forwarded-proto", "https")
                    .header("x-forwarded-host", "example.com:8443")
                    .header("authorization", "Bearer x")
                    .POST(BodyPublishers.noBody())
                    .build();
            assertThat(Node.HTTP.send(post, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(204);

            assertThat(one.requests).isEmpty();
            assertThat(two.requests).hasSize(1);
            DuplexRequest seen = two.requests.get(0);
            assertThat(seen.remoteAddress().getAddress()).isEqualTo(InetAddress.getByName("192.0.2.7"));
            assertThat(seen.scheme()).isEqualTo("https");
            assertThat(seen.host()).isEqualTo("example.com:8443");
            assertThat(seen.header("authorization")).isEqualTo("Bearer x");
        }
    }

    @Test
    void aContextThatChangesIsUsedByTheNextConnection() throws Exception {
        AtomicReference<@Nullable SSLContext> context = new AtomicReference<>(SSLContext.getDefault());
        URI two = URI.create("https://localhost:" + RunningProgram.freePort());
        try (Node other = node("n2", two.getPort(), true, Map.of(), options -> options);
                Node one = node("n1", Map.of("n2", two), options -> options.tls(context::get))) {
            String id = id(open(other));
            HttpRequest post =
                    request(one).header(ID, id).POST(BodyPublishers.noBody()).build();
            assertThat(Node.HTTP.send(post, BodyHandlers.discarding()).statusCode())
                    .as("it does not trust that node")
                    .isEqualTo(503);
            for (SSLContext next : Arrays.asList(Node.TRUST, null)) {
                context.set(next);
                assertThat(Node.HTTP.send(post, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(204);
            }
        }
    }

    @Test
    void aSupplierOfTlsThatThrowsAnErrorTakesNoPlaceOfARequest() throws Exception {
        AtomicReference<@Nullable Error> error = new AtomicReference<>();
        URI two = URI.create("https://localhost:" + RunningProgram.freePort());
        try (Node other = node("n2", two.getPort(), true, Map.of(), options -> options);
                Node one = node(
                        "n1",
                        Map.of("n2", two),
                        options -> options.maxRequestsPerNode(1).tls(() -> {
                            Error thrown = error.get();
                            if (thrown != null) {
                                throw thrown;
                            }
                            return Node.TRUST;
                        }))) {
            String id = id(open(other));
            error.set(new NoClassDefFoundError("of the test"));
            assertThat(post(one, id).statusCode()).as("with the last context").isEqualTo(204);
            assertThat(post(one, id).statusCode()).isEqualTo(204);
        }
    }

    /** Undertow has 8 threads for each processor that may block. */
    @Test
    void whileTheNameOfANodeIsNotFoundItsRequestsBlockOneThread() throws Exception {
        CountDownLatch found = new CountDownLatch(1);
        AtomicInteger blocked = new AtomicInteger();
        Queue<CompletableFuture<HttpResponse<String>>> answers = new ConcurrentLinkedQueue<>();
        int port = RunningProgram.freePort();
        try (Node other = node("n2", port, false, Map.of(), options -> options);
                Node one = node(
                        "n1",
                        Map.of("n2", URI.create("http://localhost:" + port)),
                        options -> options.resolver(host -> {
                            blocked.incrementAndGet();
                            try {
                                found.await();
                            } catch (InterruptedException e) {
                                throw new UnknownHostException(host);
                            }
                        }))) {
            String id = id(open(other));
            HttpRequest post =
                    request(one).header(ID, id).POST(BodyPublishers.noBody()).build();
            for (int i = 0; i < 100; i++) {
                answers.add(Node.HTTP.sendAsync(post, BodyHandlers.ofString()));
            }
            Await.until("it is looked up", () -> blocked.get() > 0);
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get();
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().statusCode())
                            .as("after connectTimeout")
                            .isEqualTo(503));
            assertThat(blocked).hasValue(1);

            CompletableFuture<HttpResponse<String>> waits = Node.HTTP.sendAsync(post, BodyHandlers.ofString());
            found.countDown();
            assertThat(waits.get().statusCode()).isEqualTo(204);
        }
    }

    @Test
    void aNameThatIsNotKnownIsToldAtOnceAndLookedUpAgain() throws Exception {
        AtomicInteger lookUps = new AtomicInteger();
        int port = RunningProgram.freePort();
        try (Node other = node("n2", port, false, Map.of(), options -> options);
                Node one = node(
                        "n1",
                        Map.of("n2", URI.create("http://localhost:" + port)),
                        options -> options.connectTimeout(Duration.ofDays(1)).resolver(host -> {
                            switch (lookUps.incrementAndGet()) {
                                case 1 -> throw new UnknownHostException(host);
                                case 2 -> throw new StackOverflowError("of the test");
                                default -> {}
                            }
                        }))) {
            String id = id(open(other));
            assertThat(post(one, id).statusCode()).isEqualTo(503);
            assertThat(post(one, id).statusCode()).isEqualTo(503);
            assertThat(post(one, id).statusCode()).isEqualTo(204);
        }
    }

    /** The other node serves its own clients on one port, and nodes on another. */
    @Test
    void nodesTrustEachOtherByTheirCertificates() throws Exception {
        AtomicReference<DuplexRequest> seen = new AtomicReference<>();
        DuplexHandler duplexes = DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                .route("n2")
                .authorize(request -> {
                    seen.set(request);
                    return CompletableFuture.completedStage(Authorization.accept("somebody"));
                })
                .build();
        try (DuplexServer forClients =
                        DuplexServer.builder().handle(Node.PATH, duplexes).build();
                DuplexServer forNodes = DuplexServer.builder()
                        .tls(Node.MUTUAL)
                        .requireClientCertificates(true)
                        .trustXForwarded("0.0.0.0/0")
                        .handle(Node.PATH, duplexes)
                        .build()) {
            forClients.start();
            forNodes.start();
            URI clients = URI.create("http://localhost:" + forClients.port() + Node.PATH);
            URI nodes = URI.create("https://localhost:" + forNodes.port());
            try (Node one = node("n1", Map.of("n2", nodes), options -> options.tls(Node.MUTUAL))) {
                HttpRequest opening = HttpRequest.newBuilder(clients)
                        .header("http2-duplex-version", "2")
                        .build();
                String id = id(Node.HTTP.send(opening, BodyHandlers.ofInputStream()));
                HttpRequest post = request(one)
                        .header(ID, id)
                        .header("x-forwarded-for", "192.0.2.7")
                        .POST(BodyPublishers.noBody())
                        .build();
                assertThat(Node.HTTP.send(post, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(204);
                assertThat(requireNonNull(seen.get()).remoteAddress().getAddress())
                        .isEqualTo(InetAddress.getByName("192.0.2.7"));
            }
            HttpRequest withoutCertificate =
                    HttpRequest.newBuilder(nodes.resolve(Node.PATH)).build();
            assertThatIOException().isThrownBy(() -> Node.HTTP.send(withoutCertificate, BodyHandlers.discarding()));
            assertThat(forNodes.statistics().streamsBegun()).isZero();
        }
    }

    @Test
    void aRequestIsForwardedOnceAtMost() throws Exception {
        int port = RunningProgram.freePort();
        int otherPort = RunningProgram.freePort();
        try (Node one = node("n1", port, false, Map.of("n3", URI.create("http://127.0.0.1:" + otherPort)), o -> o);
                Node two = node("n2", otherPort, false, Map.of("n3", one.address()), o -> o)) {
            for (Node node : new Node[] {one, two}) {
                HttpResponse<String> answer = post(node, UNKNOWN + ".n3");
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.body()).contains("other-node");
            }
        }
    }

    @Test
    void idsOfThisNodeOfNoNodeAndOfUnknownNodesStayHere() throws Exception {
        try (Node one = node("n1", Map.of("n1", URI.create("http://127.0.0.1:1")), options -> options)) {
            assertThat(post(one, UNKNOWN + ".n1").body()).contains("unknown-session");
            assertThat(post(one, UNKNOWN + ".n9").body()).contains("other-node");
            assertThat(post(one, "?").body()).contains("malformed-id");
        }
    }

    @Test
    void aFrontSendsNewDuplexesToTheNodesThatItReachesInTurn() throws Exception {
        int port = RunningProgram.freePort();
        try (Node two = node("n2");
                Node three = node("n3")) {
            ForwardingHandler front = ForwardingHandler.builder("front")
                    .node("n2", two.address())
                    .node("n3", three.address())
                    .node("n4", URI.create("http://127.0.0.1:" + RunningProgram.freePort()))
                    .buildFront();
            try (DuplexServer server =
                    DuplexServer.builder().port(port).handle("/", front).build()) {
                server.start();
                URI url = URI.create("http://localhost:" + port + Node.PATH);
                HttpRequest opening = HttpRequest.newBuilder(url)
                        .header("http2-duplex-version", "2")
                        .build();
                int failed = 0;
                for (int i = 0; i < 7; i++) {
                    HttpResponse<InputStream> opened = Node.HTTP.send(opening, BodyHandlers.ofInputStream());
                    failed += opened.statusCode() == 200 ? 0 : 1;
                }
                assertThat(failed).isEqualTo(1);
                assertThat(two.opened.get()).isPositive();
                assertThat(three.opened.get()).isPositive();
                try (EchoClient client = EchoClient.start(Node.HTTP, () -> url, true, 1)) {
                    Await.until("it lives", () -> client.rounds.get() > 10 || client.hasFailed());
                    assertThat(client.disturbances).hasValue(0);
                }
            }
        }
    }

    /** By a mistake in its list of nodes: each round would take one more connection. */
    @Test
    void aFrontDoesNotForwardToItself() throws Exception {
        int port = RunningProgram.freePort();
        URI itself = URI.create("http://127.0.0.1:" + port);
        ForwardingHandler front =
                ForwardingHandler.builder("front").node("n2", itself).buildFront();
        try (DuplexServer server =
                DuplexServer.builder().port(port).handle("/", front).build()) {
            server.start();
            HttpRequest opening =
                    HttpRequest.newBuilder(itself.resolve(Node.PATH)).build();
            assertThat(Node.HTTP.send(opening, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(508);
            assertThat(server.statistics().accepted()).isLessThan(5);
        }
    }

    /** A stranger writes them: a line feed would begin another request, with an address that the other node believes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trailersAreNotForwarded(boolean http2) throws Exception {
        CompletableFuture<String> forwarded = new CompletableFuture<>();
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Node one = node("n1", Map.of("n2", URI.create("http://127.0.0.1:" + other.getLocalPort())), o -> o);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port)) {
            new Thread(() -> takeOne(other, forwarded)).start();
            socket.getOutputStream().write(http2 ? http2Request() : http1Request());
            String request = forwarded.get(20, TimeUnit.SECONDS);
            assertThat(request).contains(UNKNOWN + ".n2").contains("body").doesNotContain("evil");
            if (!http2) {
                byte[] answer = socket.getInputStream().readNBytes(12);
                assertThat(new String(answer, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 204");
            }
        }
    }

    private enum Cut {
        HTTP1,
        HTTP2,
        HTTP2_BEFORE_A_BYTE,
        HTTP2_SILENT,
        HTTP2_WHILE_THE_ANSWER_COMES
    }

    /** Undertow's client ends what it sends before it closes: the node would treat a part of a body as all of it. */
    @ParameterizedTest
    @EnumSource(Cut.class)
    void anUploadThatIsCutIsNotForwardedAsOneThatHasEnded(Cut cut) throws Exception {
        CompletableFuture<String> forwarded = new CompletableFuture<>();
        UnaryOperator<ForwardingHandler.Builder> options =
                o -> cut == Cut.HTTP2_SILENT ? o.idleTimeout(Duration.ofMillis(300)) : o;
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Node one = node("n1", Map.of("n2", URI.create("http://127.0.0.1:" + other.getLocalPort())), options);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port)) {
            CompletableFuture<Void> come = new CompletableFuture<>();
            String awaited = cut == Cut.HTTP2_BEFORE_A_BYTE ? "" : "body";
            boolean answers = cut == Cut.HTTP2_WHILE_THE_ANSWER_COMES;
            new Thread(() -> takeAll(other, awaited, answers, come, forwarded)).start();
            socket.getOutputStream().write(cut == Cut.HTTP1 ? cutHttp1() : begunHttp2(!awaited.isEmpty()));
            come.get(20, TimeUnit.SECONDS);
            if (cut == Cut.HTTP1) {
                socket.shutdownOutput();
            } else if (answers) {
                IoUtils.safeClose(socket);
            } else if (cut != Cut.HTTP2_SILENT) {
                ByteArrayOutputStream reset = new ByteArrayOutputStream();
                frame(reset, 3, 0, 1, new byte[] {0, 0, 0, 8});
                socket.getOutputStream().write(reset.toByteArray());
            }
            String request = forwarded.get(20, TimeUnit.SECONDS);
            assertThat(request.toLowerCase(Locale.ROOT))
                    .doesNotEndWith("0\r\n\r\n")
                    .doesNotContain("content-length: 0");
        }
    }

    /**
     * Takes what comes over one connection until its end.
     *
     * @param come completes when that text has come; if it is empty, with the connection
     * @param answers whether an answer without end is sent then
     */
    private static void takeAll(
            ServerSocket server,
            String awaited,
            boolean answers,
            CompletableFuture<Void> come,
            CompletableFuture<String> taken) {
        StringBuilder all = new StringBuilder();
        try (Socket socket = server.accept()) {
            for (int next = 0; next >= 0; next = socket.getInputStream().read()) {
                all.append((char) next);
                if (all.indexOf(awaited) >= 0 && come.complete(null) && answers) {
                    new Thread(() -> answerWithoutEnd(socket)).start();
                }
            }
        } catch (IOException e) { // broken off all the same
        } finally {
            taken.complete(all.toString());
        }
    }

    private static void answerWithoutEnd(Socket socket) {
        try {
            String answer = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n";
            while (true) {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                answer = "x".repeat(1_000);
            }
        } catch (IOException e) {
            // nobody takes it any more
        }
    }

    private static byte[] cutHttp1() {
        return ("POST /example HTTP/1.1\r\nhost: a\r\n" + ID + ": " + UNKNOWN + ".n2\r\n"
                        + "transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] http1Request() {
        String trailer = "evil: " + "x".repeat(9_000) + "\r\n";
        return ("POST /example HTTP/1.1\r\nhost: a\r\n" + ID + ": " + UNKNOWN + ".n2\r\n"
                        + "transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n" + trailer + trailer + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return the preface, SETTINGS, and a POST with trailers} */
    private static byte[] http2Request() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(begunHttp2(true));
        frame(all, 1, 5, 1, field("evil", "y\r\n\r\nGET / HTTP/1.1\r\n"), field("x", "evil"));
        return all.toByteArray();
    }

    private static byte[] begunHttp2(boolean body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        frame(all, 4, 0, 0);
        frame(
                all,
                1,
                4,
                1,
                field(":method", "POST"),
                field(":scheme", "http"),
                field(":path", "/example"),
                field(":authority", "a"),
                field(ID, UNKNOWN + ".n2"));
        if (body) {
            frame(all, 0, 0, 1, "body".getBytes(StandardCharsets.ISO_8859_1));
        }
        return all.toByteArray();
    }

    private static void frame(ByteArrayOutputStream all, int type, int flags, int stream, byte[]... payload) {
        int length = Arrays.stream(payload).mapToInt(part -> part.length).sum();
        all.writeBytes(ByteBuffer.allocate(9)
                .putInt((length << 8) | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        Arrays.stream(payload).forEach(all::writeBytes);
    }

    /** {@return a literal header field, as it is} */
    private static byte[] field(String name, String value) {
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        field.write(0);
        field.write(name.length());
        field.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
        field.write(value.length());
        field.writeBytes(value.getBytes(StandardCharsets.ISO_8859_1));
        return field.toByteArray();
    }

    /** Takes one request whose body is chunked, with all that comes up to an empty line behind its end, and answers it. */
    private static void takeOne(ServerSocket server, CompletableFuture<String> taken) {
        StringBuilder all = new StringBuilder();
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(20_000);
            int end = -1;
            while (end < 0 || all.indexOf("\r\n\r\n", end) < 0) {
                all.append((char) socket.getInputStream().readNBytes(1)[0]);
                end = all.indexOf("\r\n0\r\n");
            }
            socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            taken.complete(all.toString());
            socket.getInputStream().readAllBytes();
        } catch (IOException | IndexOutOfBoundsException e) {
            taken.completeExceptionally(e);
        }
    }

    @Test
    void aNodeThatIsGoneIsADisturbance() throws Exception {
        try (Node one = node(
                "n1", Map.of("n2", URI.create("http://127.0.0.1:" + RunningProgram.freePort())), options -> options)) {
            assertThat(post(one, UNKNOWN + ".n2").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aNodeThatDoesNotAnswerIsADisturbanceAfterTheIdleTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Node one = node(
                        "n1",
                        Map.of("n2", URI.create("http://127.0.0.1:" + silent.getLocalPort())),
                        options -> options.idleTimeout(Duration.ofMillis(200)))) {
            new Thread(() -> hearOut(silent)).start();
            assertThat(post(one, UNKNOWN + ".n2").statusCode()).isEqualTo(503);
        }
    }

    /** As a machine that loses its power. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 100\r\n\r\n",
                "content-length: 100\r\n\r\nabc",
                "transfer-encoding: chunked\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
            })
    void aNodeThatStopsInTheMiddleOfAnAnswerKeepsNoPlace(String begun) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Node one = node(
                        "n1",
                        Map.of("n2", URI.create("http://127.0.0.1:" + other.getLocalPort())),
                        options -> options.idleTimeout(Duration.ofMillis(200)).maxRequestsPerNode(1))) {
            new Thread(() -> {
                        answerAndHearOut(other, "200 OK\r\n" + begun);
                        while (!other.isClosed()) {
                            answerAndHearOut(other, "204 No Content\r\nconnection: close\r\n\r\n");
                        }
                    })
                    .start();
            assertThatIOException().isThrownBy(() -> post(one, UNKNOWN + ".n2"));
            Await.until("there is a place", () -> {
                try {
                    return post(one, UNKNOWN + ".n2").statusCode() == 204;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private static void answerAndHearOut(ServerSocket node, String answer) {
        try (Socket socket = node.accept()) {
            assertThat(socket.getInputStream().read()).isNotNegative();
            socket.getOutputStream().write(("HTTP/1.1 " + answer).getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // closed all the same
        }
    }

    @Test
    void timesMayBeForEver() throws Exception {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        try (Node two = node("n2");
                Node one = node(
                        "n1",
                        Map.of("n2", two.address()),
                        options -> options.connectTimeout(forEver).idleTimeout(forEver))) {
            assertThat(post(one, id(open(two))).statusCode()).isEqualTo(204);
        }
    }

    /** Reads what comes over one connection until it is closed. */
    private static void hearOut(ServerSocket silent) {
        try (Socket socket = silent.accept()) {
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // closed all the same
        }
    }

    @Test
    void requestsThatAreOneTooManyAreADisturbance() throws Exception {
        try (Node two = node("n2");
                Node one = node("n1", Map.of("n2", two.address()), options -> options.maxRequestsPerNode(1))) {
            String id = id(open(two));
            HttpRequest attach = request(one)
                    .header(ID, id)
                    .header("http2-duplex-attach", "1")
                    .header("http2-duplex-offset", "0")
                    .GET()
                    .build();
            try (InputStream download =
                    Node.HTTP.send(attach, BodyHandlers.ofInputStream()).body()) {
                assertThat(download.read()).isNotNegative();
                assertThat(post(one, id).statusCode()).isEqualTo(503);
            }
            // The node lets go of the download that is overtaken.
            HttpRequest overtaking = request(two)
                    .header(ID, id)
                    .header("http2-duplex-attach", "2")
                    .header("http2-duplex-offset", "0")
                    .GET()
                    .build();
            assertThat(Node.HTTP.send(overtaking, BodyHandlers.ofInputStream()).statusCode())
                    .isEqualTo(200);
            Await.until("the place is free again", () -> {
                try {
                    return post(one, id).statusCode() == 204;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void aClientThatGoesInTheMiddleLeavesNothingToTheNextRequest() throws Exception {
        try (Node two = node("n2");
                Node one = node("n1", Map.of("n2", two.address()), options -> options)) {
            String id = id(open(two));
            for (int i = 0; i < 20; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port)) {
                    socket.getOutputStream().write("""
                            POST /example HTTP/1.1\r
                            host: localhost\r
                            http2-duplex-version: 2\r
                            http2-duplex-id: %s\r
                            content-length: 1000\r
                            \r
                            """.formatted(id).getBytes(StandardCharsets.ISO_8859_1));
                    socket.getOutputStream().flush();
                }
                assertThat(post(one, id).statusCode()).isEqualTo(204);
            }
        }
    }

    @Test
    void anAddressThatIsNotOneOfANodeIsRefused() throws IOException {
        for (String address : new String[] {"10.0.0.2:7000", "ftp://a", "http://a/path", "/a"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ForwardingHandler.builder("n1").node("n2", URI.create(address)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ForwardingHandler.builder("n1")
                        .node("n2", URI.create("https://a"))
                        .build(exchange -> {}))
                .withMessageContaining("tls");
    }

    @Test
    void manyDuplexesAtOnceAreForwarded() throws Exception {
        try (Node two = node("n2");
                Node one = node("n1", Map.of("n2", two.address()), options -> options)) {
            EchoClient[] clients = new EchoClient[5];
            for (int i = 0; i < clients.length; i++) {
                AtomicInteger count = new AtomicInteger();
                // The opening to the node that then has the session, all else to the other.
                clients[i] = EchoClient.start(
                        Node.HTTP, () -> count.getAndIncrement() == 0 ? two.url() : one.url(), true, i);
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            for (EchoClient client : clients) {
                Await.until("it lives", () -> client.rounds.get() >= 10 || System.nanoTime() > deadline);
                assertThat(client.disturbances).hasValue(0);
                client.close();
            }
        }
    }
}
