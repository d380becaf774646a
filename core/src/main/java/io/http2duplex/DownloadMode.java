package io.http2duplex;

/**
 * A way in which the bytes for the page travel ({@code docs/protocol.md}, section "Ways down"). The page chooses, among
 * those that {@link DuplexOptions#downloadModes} allows, and may change it at any time: no byte is lost. Dialect 1 has the
 * first one only.
 */
public enum DownloadMode {
    /** One long response, whose body goes on as bytes come. */
    STREAMING,

    /** The same under the content type {@code text/event-stream}, the only one that some proxies do not hold back. */
    TYPED,

    /** One short response after the other, each of a known length: for networks that hold bodies back until they end. */
    POLLING
}
