package io.http2duplex;

import static io.http2duplex.internal.options.OptionChecks.positive;
import static io.http2duplex.internal.options.OptionChecks.zeroOrMore;

import io.http2duplex.internal.options.OptionChecks;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The options of an endpoint, whatever server hosts it. Every option has a default that suits most. Not for use by
 * several threads. (The file is long because each option is documented here, and nowhere else in code.)
 *
 * <p>The protocol has two dialects, of which the client chooses: dialect 1 is that of the Node package {@code
 * http2-duplex} 6.x; the duplexes of dialect 2 survive the loss of their connections. Clients that send and receive at
 * once can have a duplex of {@linkplain #oneRequest one request}.
 *
 * @param <B> the builder that extends it
 */
public abstract class DuplexOptions<B extends DuplexOptions<B>> {
    private @Nullable Executor executor;
    private int uploadBufferSize = 64 * 1024;
    private int downloadBufferSize = 64 * 1024;
    private long maxChunkSize = 16L * 1024 * 1024;
    private int maxOpenUploads = 16;
    private Duration lingerTimeout = Duration.ofMinutes(2);
    private Duration stallTimeout = Duration.ofMinutes(5);
    private Duration bodyTimeout = Duration.ofSeconds(30);
    private Duration resumeTimeout = Duration.ofSeconds(30);
    private Duration heartbeat = Duration.ofSeconds(15);
    private int maxWindow = 16 * 1024 * 1024;
    private long memoryBudget = Runtime.getRuntime().maxMemory() / 4;
    private int memoryBudgetShare = 25;
    private Duration maxDownloadLife = Duration.ofMinutes(10);
    private Set<DownloadMode> downloadModes = Collections.unmodifiableSet(EnumSet.copyOf(DownloadMode.opening()));
    private @Nullable Authorizer authorizer;
    private Duration authorizeTimeout = Duration.ofSeconds(10);
    private Set<String> allowedOrigins = Set.of();
    private Set<String> allowedHeaders = Set.of("authorization");
    private boolean allowCredentials;
    private int maxSessions = 10_000;
    private int maxSessionsPerConnection = 100;
    private int maxSessionsPerAddress = 1_000;
    private int maxSessionsPerAccount = 100;
    private int maxOpensPerMinute = 1_000;
    private Duration idleTimeout = Duration.ZERO;
    private Duration maxLife = Duration.ZERO;
    private boolean oneRequest;
    private boolean webSocket;
    private @Nullable DuplexObserver observer;
    private String route = "";

    /** For builders of hosts. */
    protected DuplexOptions() {}

    /** {@return this builder} */
    protected abstract B self();

    /**
     * The threads of user code: of the handler, signals of the Flow faces, completions and the observer; not of the
     * authorizer. A blocking handler keeps a thread for as long as it runs: on JDK 17 the default is used up by 256 of
     * them, so give an executor with more threads there, or use the Flow faces. If the executor refuses a task, a new
     * duplex is refused with 503, and a live one fails with the code {@code OVERLOADED}.
     *
     * <p>{@code Runnable::run} asks for user code on the server's I/O threads, where it must not block. The
     * executor stays the caller's to shut down.
     *
     * <p>Default: a virtual thread for each task on JDK 21 and newer; on older ones a pool of up to 256 threads without a queue.
     */
    public final B executor(Executor executor) {
        this.executor = Objects.requireNonNull(executor, "executor");
        return self();
    }

    /**
     * How many bytes from the page may wait in a session for the application, before the page's writes are held
     * up. In dialect 1 as many again may wait because POSTs overtook an unfinished one; in dialect 2 and in one
     * request it is what the window, or the buffer, begins with, and grows from ({@link #maxWindow}). In bytes; default 64 KiB.
     */
    public final B uploadBufferSize(int bytes) {
        uploadBufferSize = positive(bytes, "uploadBufferSize");
        return self();
    }

    /**
     * How many bytes from the application may wait in a session for the page, before the application's writes are
     * held up. One buffer given to {@link Duplex#send} or {@link Duplex#output} may go beyond it. In dialect 2 it
     * holds what the page has not confirmed too. In dialect 2 and in one request it grows ({@link #maxWindow}). In bytes;
     * default 64 KiB.
     */
    public final B downloadBufferSize(int bytes) {
        downloadBufferSize = positive(bytes, "downloadBufferSize");
        return self();
    }

    /**
     * Dialect 1: the largest body of one POST, except for a streaming upload, which has no limit. A larger one is
     * refused with 413. In bytes; default 16 MiB.
     */
    public final B maxChunkSize(long bytes) {
        maxChunkSize = positive(bytes, "maxChunkSize");
        return self();
    }

    /** How many POSTs a session may have open at once; one more is refused with 429. Default 16. */
    public final B maxOpenUploads(int count) {
        maxOpenUploads = positive(count, "maxOpenUploads");
        return self();
    }

    /**
     * Dialect 1: how long a session lives on after the application has ended its side and the download is complete,
     * without an upload from the page: with the download gone, nothing tells whether the page still lives. Then the duplex
     * fails with the code {@code TIMED_OUT}. Default 2 minutes.
     */
    public final B lingerTimeout(Duration timeout) {
        lingerTimeout = positive(timeout, "lingerTimeout");
        return self();
    }

    /**
     * How long a download may be held up by a page that reads nothing of it. Then the duplex fails with the code
     * {@code TIMED_OUT}; in dialect 2 it is detached, and may be resumed. Default 5 minutes; more than 10
     * minutes have no effect on Undertow, which ends such a response itself then.
     */
    public final B stallTimeout(Duration timeout) {
        stallTimeout = positive(timeout, "stallTimeout");
        return self();
    }

    /**
     * How long it may take until another 16 KiB of a POST's body have come, or its end, while the application reads:
     * time in which it does not read does not count. Then the POST is refused with 408, and what else comes of it is
     * dropped, for as long at most. In dialect 1 the duplex fails with the code {@code UPLOAD_CUT}, as with any POST
     * that was cut; in dialect 2 it goes on, and the page sends the rest again. Streaming uploads may be silent: those
     * whose length is not announced, except for chunks of dialect 1.
     *
     * <p>Over HTTP/2 it needs a {@code DuplexServer}: with a listener of Undertow's own nothing bounds this time.
     * Default 30 seconds.
     */
    public final B bodyTimeout(Duration timeout) {
        bodyTimeout = positive(timeout, "bodyTimeout");
        return self();
    }

    /**
     * Dialect 2: how long a duplex that has lost its connection waits for the page to resume it. Then it fails with
     * the code {@code CONNECTION_LOST}. How a duplex ended is remembered for as long, of the last 10,000 ones, so that a
     * page that was away learns of it. Zero turns resuming off: a connection that is lost fails its duplexes at once.
     * Default 30 seconds.
     */
    public final B resumeTimeout(Duration timeout) {
        resumeTimeout = zeroOrMore(timeout, "resumeTimeout");
        return self();
    }

    /**
     * Dialect 2: how long a download is silent before the page is asked for a sign of life. When none comes for as
     * long again, the duplex is detached. It must be shorter than the idle timeouts of proxies on the way, of which
     * 60 seconds are usual. Zero: a page that has silently gone is noticed only when TCP gives up. Default 15 seconds.
     */
    public final B heartbeat(Duration interval) {
        heartbeat = zeroOrMore(interval, "heartbeat");
        return self();
    }

    /**
     * Dialect 2 and one request: up to which size the buffers of a session grow with use, each of the two directions, as
     * long as the {@link #memoryBudget} allows it; in one request to no more than 256 KiB. If it is less than {@link
     * #uploadBufferSize} or {@link #downloadBufferSize}, those don't grow. In bytes; default 16 MiB.
     */
    public final B maxWindow(int bytes) {
        maxWindow = positive(bytes, "maxWindow");
        return self();
    }

    /**
     * Dialect 2 and one request: how much memory the buffers of all sessions together may take beyond the sizes that they
     * begin with. When it is used up, they no longer grow. In bytes; default a quarter of the heap's largest size.
     */
    public final B memoryBudget(long bytes) {
        memoryBudget = OptionChecks.zeroOrMore(bytes, "memoryBudget");
        return self();
    }

    /**
     * How much of the {@link #memoryBudget} the duplexes of one account may take, or, without an account,
     * of one address (of IPv6, its first 64 bits). In percent, 1 to 100; default 25.
     */
    public final B memoryBudgetShare(int percent) {
        memoryBudgetShare = OptionChecks.percent(percent, "memoryBudgetShare");
        return self();
    }

    /**
     * Dialect 2: after how long the page is asked to open another download in the place of the one it has, before a
     * proxy's time limit cuts that. Zero: never. Default 10 minutes.
     */
    public final B maxDownloadLife(Duration life) {
        maxDownloadLife = zeroOrMore(life, "maxDownloadLife");
        return self();
    }

    /**
     * Dialect 2: how downloads may travel. A page that asks for another mode gets the first of these: streaming, typed,
     * polling. Pages ask for streaming first, and for the others where the network holds long responses back. Default:
     * all three.
     *
     * @throws IllegalArgumentException if there is none, or if {@link DownloadMode#WEBSOCKET} is among them, which {@link
     *     #webSocket} allows
     */
    public final B downloadModes(DownloadMode... modes) {
        EnumSet<DownloadMode> set = EnumSet.noneOf(DownloadMode.class);
        Collections.addAll(set, modes);
        if (set.isEmpty() || !DownloadMode.opening().containsAll(set)) {
            throw new IllegalArgumentException("downloadModes must have one or more of " + DownloadMode.opening()
                    + ", not " + set + " (webSocket allows WebSockets)");
        }
        downloadModes = Collections.unmodifiableSet(set);
        return self();
    }

    /**
     * Decides which requests may open duplexes, and for which account. It is called on threads of its own, not on the
     * {@link #executor}, for a request that the limits allow. A duplex that has an account takes uploads, and is resumed,
     * by requests of the same account alone; others are refused with 403. So the authorizer is asked about each of them,
     * and should be quick to answer again; it may accept a token for these that has expired meanwhile.
     *
     * <p>Default: all may; the account is the name of the principal that security handlers in front have authenticated, if
     * any.
     */
    public final B authorize(Authorizer authorizer) {
        this.authorizer = Objects.requireNonNull(authorizer, "authorizer");
        return self();
    }

    /** How long the authorizer may take, before the request is refused with 503. Default 10 seconds. */
    public final B authorizeTimeout(Duration timeout) {
        authorizeTimeout = positive(timeout, "authorizeTimeout");
        return self();
    }

    /**
     * The other origins whose pages may use this handler, besides the server's own, such as {@code
     * https://app.example.com}: exactly as browsers write them. Requests of all other pages are refused with 403;
     * those that no page has made carry no Origin, and are taken. Whether a page is of the server's own origin its
     * browser tells ({@code Sec-Fetch-Site}); where it does not, as over clear text, the scheme and host of the
     * request decide: behind a proxy, Undertow must then be told to believe what the proxy says of them.
     *
     * <p>There is no way to allow any origin: a page could then open duplexes with the rights of the person who looks at it.
     * Default: none.
     *
     * @throws IllegalArgumentException if that is no origin
     */
    public final B allowedOrigins(String... origins) {
        allowedOrigins = Stream.of(origins).map(OptionChecks::origin).collect(Collectors.toUnmodifiableSet());
        return self();
    }

    /**
     * Which header fields pages of {@link #allowedOrigins} may send besides {@code content-type} and those of the
     * protocol: those that the client's option {@code headers} gives. Default: {@code authorization}.
     *
     * @throws IllegalArgumentException if that is no name of a field
     */
    public final B allowedHeaders(String... names) {
        allowedHeaders = Stream.of(names).map(OptionChecks::header).collect(Collectors.toUnmodifiableSet());
        return self();
    }

    /**
     * Whether pages of {@link #allowedOrigins} may send cookies (the client's option {@code credentials:
     * 'include'}). Default: not.
     */
    public final B allowCredentials(boolean allow) {
        allowCredentials = allow;
        return self();
    }

    /**
     * How many sessions there may be, detached ones among them. One more is refused with 503. Each may take up to {@link
     * #downloadBufferSize} and {@link #uploadBufferSize} (in dialect 1 twice that) of memory, besides the {@link
     * #memoryBudget}. Default 10,000: with the default buffers at most 1.3 GB (in dialect 1, 2 GB), if every client tries
     * to use them up.
     */
    public final B maxSessions(int count) {
        maxSessions = positive(count, "maxSessions");
        return self();
    }

    /**
     * How many sessions that live may have been opened over one connection. One more is refused with 429. Default
     * 100: about as many streams as browsers open on a connection of HTTP/2. Behind a proxy that brings the
     * requests of all clients over a few connections it has to be as high as {@link #maxSessions}.
     */
    public final B maxSessionsPerConnection(int count) {
        maxSessionsPerConnection = positive(count, "maxSessionsPerConnection");
        return self();
    }

    /**
     * How many sessions that live may have been opened from one address, of IPv6 from one network of 64 bits. One
     * more is refused with 429. Default 1,000: behind one address of IPv4 there may be all the people of a company.
     * Behind a proxy it counts the proxy's address, unless Undertow is told to believe the proxy
     * ({@code Handlers.proxyPeerAddress}).
     */
    public final B maxSessionsPerAddress(int count) {
        maxSessionsPerAddress = positive(count, "maxSessionsPerAddress");
        return self();
    }

    /**
     * How many sessions an account may have, which {@link #authorize} or Undertow's security handlers name. One more is
     * refused with 429. Without accounts this bounds nothing. Default 100: several pages on several devices.
     */
    public final B maxSessionsPerAccount(int count) {
        maxSessionsPerAccount = positive(count, "maxSessionsPerAccount");
        return self();
    }

    /**
     * How many duplexes an address, of IPv6 a network of 64 bits, may open within a minute: as many at once, and
     * then as fast as the minute allows. Attempts that another limit refuses count too; resuming does not. One more
     * is refused with 429, and told when to try again. Default 1,000: all that {@link #maxSessionsPerAddress} allows
     * can be opened anew within a minute, after the server was started again.
     */
    public final B maxOpensPerMinute(int count) {
        maxOpensPerMinute = positive(count, "maxOpensPerMinute");
        return self();
    }

    /**
     * How long a duplex may go without a byte of the application's in either direction, attached or not; heartbeats are
     * none. Then it fails with the code {@code TIMED_OUT}, up to a quarter of that time late. Zero, the default: for
     * ever.
     */
    public final B idleTimeout(Duration timeout) {
        idleTimeout = zeroOrMore(timeout, "idleTimeout");
        return self();
    }

    /** How long a duplex may live. Then it fails with the code {@code TIMED_OUT}. Zero, the default: for ever. */
    public final B maxLife(Duration life) {
        maxLife = zeroOrMore(life, "maxLife");
        return self();
    }

    /**
     * Whether PUT opens a duplex of one request, for clients that can send and receive at once ({@code curl}, Node, Go;
     * not browsers): the body of the request is the input, the body of the response the output, without framing. There
     * are no heartbeats, and such a duplex does not survive its connection. When the application has ended its side
     * and closed its input, the client is told that nobody wants the rest. Default: not. Not for {@code DuplexServlet},
     * which refuses it.
     */
    public final B oneRequest(boolean serve) {
        oneRequest = serve;
        return self();
    }

    /**
     * Dialect 2: whether a page may move a duplex that it has opened to a WebSocket, and back, at any time and without loss.
     * A round trip may be shorter then. Pages move on their own when a duplex is used in small turns, and go on by requests
     * where something on the way does not let sockets through. A socket is a connection of HTTP/1.1: it counts for the
     * server's limit of connections, of which a page takes up to 4 more by default. Requests to upgrade must reach this
     * handler, through every proxy in front; over HTTP/2 there are none. At most 1,000 sockets, 100 of one address, may
     * be open that have no duplex yet, for 10 seconds each. Default: not. Not for {@code DuplexServlet}, which refuses it.
     */
    public final B webSocket(boolean allow) {
        webSocket = allow;
        return self();
    }

    /** The observer of the duplexes. Default: none. */
    public final B observer(DuplexObserver observer) {
        this.observer = Objects.requireNonNull(observer, "observer");
        return self();
    }

    /**
     * The route of this node, where several nodes serve the same path: the ids of its sessions end with a dot and the route,
     * so that a balancer, or another node, knows where a session lives. A request whose id has another route is refused with
     * 404 and the problem {@code other-node}, which clients treat as a disturbance. Each node needs another, and keeps it
     * when it is started again. Default: none.
     *
     * @param route 1 to 32 of the characters {@code A-Za-z0-9_-}
     */
    public final B route(String route) {
        this.route = OptionChecks.route(route);
        return self();
    }

    /** {@return what {@link #oneRequest} was given} */
    public final boolean oneRequest() {
        return oneRequest;
    }

    /** {@return what {@link #webSocket} was given} */
    public final boolean webSocket() {
        return webSocket;
    }

    /** {@return what {@link #executor} was given} */
    public final @Nullable Executor executor() {
        return executor;
    }

    /** {@return what {@link #uploadBufferSize} was given} */
    public final int uploadBufferSize() {
        return uploadBufferSize;
    }

    /** {@return what {@link #downloadBufferSize} was given} */
    public final int downloadBufferSize() {
        return downloadBufferSize;
    }

    /** {@return what {@link #maxChunkSize} was given} */
    public final long maxChunkSize() {
        return maxChunkSize;
    }

    /** {@return what {@link #maxOpenUploads} was given} */
    public final int maxOpenUploads() {
        return maxOpenUploads;
    }

    /** {@return what {@link #lingerTimeout} was given} */
    public final Duration lingerTimeout() {
        return lingerTimeout;
    }

    /** {@return what {@link #stallTimeout} was given} */
    public final Duration stallTimeout() {
        return stallTimeout;
    }

    /** {@return what {@link #bodyTimeout} was given} */
    public final Duration bodyTimeout() {
        return bodyTimeout;
    }

    /** {@return what {@link #resumeTimeout} was given} */
    public final Duration resumeTimeout() {
        return resumeTimeout;
    }

    /** {@return what {@link #heartbeat} was given} */
    public final Duration heartbeat() {
        return heartbeat;
    }

    /** {@return what {@link #maxWindow} was given} */
    public final int maxWindow() {
        return maxWindow;
    }

    /** {@return what {@link #memoryBudget} was given} */
    public final long memoryBudget() {
        return memoryBudget;
    }

    /** {@return what {@link #memoryBudgetShare} was given} */
    public final int memoryBudgetShare() {
        return memoryBudgetShare;
    }

    /** {@return what {@link #maxDownloadLife} was given} */
    public final Duration maxDownloadLife() {
        return maxDownloadLife;
    }

    /** {@return what {@link #authorize} was given} */
    public final @Nullable Authorizer authorizer() {
        return authorizer;
    }

    /** {@return what {@link #authorizeTimeout} was given} */
    public final Duration authorizeTimeout() {
        return authorizeTimeout;
    }

    /** {@return what {@link #allowedOrigins} was given} */
    public final Set<String> allowedOrigins() {
        return allowedOrigins;
    }

    /** {@return what {@link #allowedHeaders} was given} */
    public final Set<String> allowedHeaders() {
        return allowedHeaders;
    }

    /** {@return what {@link #allowCredentials} was given} */
    public final boolean allowCredentials() {
        return allowCredentials;
    }

    /** {@return what {@link #maxSessions} was given} */
    public final int maxSessions() {
        return maxSessions;
    }

    /** {@return what {@link #maxSessionsPerConnection} was given} */
    public final int maxSessionsPerConnection() {
        return maxSessionsPerConnection;
    }

    /** {@return what {@link #maxSessionsPerAddress} was given} */
    public final int maxSessionsPerAddress() {
        return maxSessionsPerAddress;
    }

    /** {@return what {@link #maxSessionsPerAccount} was given} */
    public final int maxSessionsPerAccount() {
        return maxSessionsPerAccount;
    }

    /** {@return what {@link #maxOpensPerMinute} was given} */
    public final int maxOpensPerMinute() {
        return maxOpensPerMinute;
    }

    /** {@return what {@link #downloadModes} was given} */
    public final Set<DownloadMode> downloadModes() {
        return downloadModes;
    }

    /** {@return what {@link #idleTimeout} was given} */
    public final Duration idleTimeout() {
        return idleTimeout;
    }

    /** {@return what {@link #maxLife} was given} */
    public final Duration maxLife() {
        return maxLife;
    }

    /** {@return what {@link #observer} was given} */
    public final @Nullable DuplexObserver observer() {
        return observer;
    }

    /** {@return what {@link #route} was given} */
    public final String route() {
        return route;
    }
}
