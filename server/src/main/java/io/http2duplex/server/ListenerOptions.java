package io.http2duplex.server;

import static io.http2duplex.internal.options.OptionChecks.atLeast;
import static io.http2duplex.internal.options.OptionChecks.between;
import static io.http2duplex.internal.options.OptionChecks.positive;

import io.http2duplex.internal.listener.ConnectionLimits;
import io.http2duplex.internal.listener.HeadLimit;
import io.http2duplex.internal.listener.Http2Limits;
import io.http2duplex.internal.listener.ListenerLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The limits of a server's connections. Every limit has a default that suits most. Not for use by several threads.
 *
 * @param <B> the builder that extends it
 */
public abstract class ListenerOptions<B extends ListenerOptions<B>> {
    private int maxConnections = 10_000;
    private int maxConnectionsPerAddress = 1000;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration firstRequestTimeout = Duration.ofSeconds(20);
    private Duration idleTimeout = Duration.ofMinutes(2);
    private Duration responseTimeout = Duration.ofMinutes(1);
    private int maxHeaderSize = 16 * 1024;
    private int maxHeaders = 100;
    private int streamWindow = 64 * 1024;
    private int maxStreamWindow = 16 * 1024 * 1024;
    private int connectionWindow = 32 * 1024 * 1024;
    private long maxUnreadUploads = Runtime.getRuntime().maxMemory() / 4;
    private int maxStreams = 256;
    private int maxResetsPerMinute = 1000;
    private int maxControlFramesPerMinute = 6000;
    private Duration pingInterval = Duration.ofSeconds(30);
    private Duration pingTimeout = Duration.ofSeconds(20);

    ListenerOptions() {}

    abstract B self();

    /**
     * How many connections may be open at once. One more is closed as soon as it has come. An idle one with TLS takes
     * some 11 kB of heap. Default 10,000.
     */
    public final B maxConnections(int count) {
        maxConnections = positive(count, "maxConnections");
        return self();
    }

    /**
     * How many of the connections may come from one address, or one IPv6 network of 64 bits, which is what one client
     * has. One more is closed as soon as it has come. Trusted proxies may have any number. Default 1000: many clients
     * may share an address.
     */
    public final B maxConnectionsPerAddress(int count) {
        maxConnectionsPerAddress = positive(count, "maxConnectionsPerAddress");
        return self();
    }

    /** How long the TLS handshake may take, before the connection is closed. Default 10 seconds. */
    public final B handshakeTimeout(Duration timeout) {
        handshakeTimeout = positive(timeout, "handshakeTimeout");
        return self();
    }

    /**
     * How long it may take from then on until the head of the first request is here; and how long any later head may
     * take from its beginning to its end. Then the connection is closed. Default 20 seconds.
     */
    public final B firstRequestTimeout(Duration timeout) {
        firstRequestTimeout = positive(timeout, "firstRequestTimeout");
        return self();
    }

    /** How long a connection may be without any request, before it is closed. Default 2 minutes. */
    public final B idleTimeout(Duration timeout) {
        idleTimeout = positive(timeout, "idleTimeout");
        return self();
    }

    /**
     * How long a response may be blocked by a client that does not read it. Then it is ended: over HTTP/2 its stream is
     * reset, over HTTP/1.1 its connection is closed. An honest slow line takes 16 KiB in that time. Downloads of duplexes
     * have a {@code stallTimeout} instead. Default 1 minute.
     */
    public final B responseTimeout(Duration timeout) {
        responseTimeout = positive(timeout, "responseTimeout");
        return self();
    }

    /**
     * How many bytes the head of a request may have: path, query and header fields, each with 32 bytes beside its name
     * and value, as HTTP/2 counts them. A larger one is answered with 431. One of more than 20,000 bytes, the most that
     * can be set here, costs its connection, and HTTP/2 clients are told so. Default 16 KiB.
     */
    public final B maxHeaderSize(int bytes) {
        maxHeaderSize = between(1, HeadLimit.MAX_SIZE, bytes, "maxHeaderSize");
        return self();
    }

    /**
     * How many header fields a request may have. More are answered with 431; more than twice as many, but at least
     * 200, cost the request its answer. Default 100.
     */
    public final B maxHeaders(int count) {
        maxHeaders = positive(count, "maxHeaders");
        return self();
    }

    /**
     * How many bytes a client may send of one upload before any of it is read, at first; while the upload is read, the
     * window grows. HTTP/2 only, as are all options that follow. Default 64 KiB.
     */
    public final B streamWindow(int bytes) {
        streamWindow = positive(bytes, "streamWindow");
        return self();
    }

    /**
     * To how many bytes the window of one upload grows: it carries at most that much in a round trip. At least {@code
     * streamWindow}. Default 16 MiB.
     */
    public final B maxStreamWindow(int bytes) {
        maxStreamWindow = positive(bytes, "maxStreamWindow");
        return self();
    }

    /**
     * How many bytes may have come on one connection that were not read yet: the bound of the memory that it can take.
     * The windows of its uploads never add up to more. At least {@code maxStreams} times {@code streamWindow}. Default
     * 32 MiB.
     */
    public final B connectionWindow(int bytes) {
        connectionWindow = atLeast(Http2Limits.INITIAL_CONNECTION_WINDOW, bytes, "connectionWindow");
        return self();
    }

    /**
     * How many bytes of uploads may have come on all connections that were not read yet: the bound of the memory that they
     * take together. The connections of one address, or one IPv6 network of 64 bits, may have a quarter of it; those of
     * trusted proxies any part. Windows grow within half of either bound; while more is used, an upload gets no more than
     * {@code streamWindow}. The upload whose bytes exceed a bound is reset with ENHANCE_YOUR_CALM; for what all connections
     * have together, only one of which more than {@code streamWindow} is unread. Default a quarter of the heap.
     */
    public final B maxUnreadUploads(long bytes) {
        maxUnreadUploads = positive(bytes, "maxUnreadUploads");
        return self();
    }

    /**
     * How many requests a client may have open on one connection. It is advertised; one more is refused with
     * REFUSED_STREAM, after which it may be sent again. A duplex takes one for its download, and one for an upload that
     * streams. When a quarter is left, uploads may not stream (411); when a sixteenth is left, no duplex may be opened
     * (429). Default 256, which is as many as browsers use.
     */
    public final B maxStreams(int count) {
        maxStreams = positive(count, "maxStreams");
        return self();
    }

    /**
     * How many streams of one connection may be reset within a minute, by either end, with or without a body. One
     * more closes the connection with ENHANCE_YOUR_CALM. A duplex that fails costs one. Default 1000.
     */
    public final B maxResetsPerMinute(int count) {
        maxResetsPerMinute = positive(count, "maxResetsPerMinute");
        return self();
    }

    /**
     * How many frames that only make work may come on one connection within a minute: PING, SETTINGS, PRIORITY, empty
     * DATA, unknown types, and more WINDOW_UPDATEs than the DATA that was sent explains. One more closes the connection
     * with ENHANCE_YOUR_CALM; so do more than 8 SETTINGS whose acknowledgement the client does not read. Default 6000.
     */
    public final B maxControlFramesPerMinute(int count) {
        maxControlFramesPerMinute = positive(count, "maxControlFramesPerMinute");
        return self();
    }

    /** After how long a silence the server sends a PING, which the client must answer. Default 30 seconds. */
    public final B pingInterval(Duration interval) {
        pingInterval = positive(interval, "pingInterval");
        return self();
    }

    /** How long a client may stay silent after a PING, before its connection is closed. Default 20 seconds. */
    public final B pingTimeout(Duration timeout) {
        pingTimeout = positive(timeout, "pingTimeout");
        return self();
    }

    /**
     * {@return the limits}
     *
     * @param isProxy whether any number of clients may connect from an address
     * @throws IllegalArgumentException if the windows do not fit together: else an upload that nobody reads could hold
     *     up the others
     */
    ListenerLimits limits(Predicate<InetAddress> isProxy) {
        atLeast(streamWindow, maxStreamWindow, "maxStreamWindow");
        if ((long) maxStreams * streamWindow > connectionWindow) {
            throw new IllegalArgumentException("connectionWindow must hold the windows of " + maxStreams
                    + " streams (maxStreams) of " + streamWindow + " bytes (streamWindow), but is " + connectionWindow);
        }
        return new ListenerLimits(
                new ConnectionLimits(
                        maxConnections,
                        maxConnectionsPerAddress,
                        isProxy,
                        handshakeTimeout,
                        firstRequestTimeout,
                        idleTimeout,
                        responseTimeout,
                        maxHeaderSize,
                        maxHeaders),
                new Http2Limits(
                        streamWindow,
                        maxStreamWindow,
                        connectionWindow,
                        maxUnreadUploads,
                        maxStreams,
                        maxResetsPerMinute,
                        maxControlFramesPerMinute,
                        pingInterval,
                        pingTimeout));
    }
}
