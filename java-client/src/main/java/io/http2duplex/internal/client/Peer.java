package io.http2duplex.internal.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.resumable.client.Attempt;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a duplex: where requests go, and the header fields that they carry.
 *
 * @param headers the application's own fields, read anew for each request
 */
record Peer(Transport transport, Supplier<Map<String, String>> headers, URI uri) {
    private static final String OWN_PREFIX = "http2-duplex-";

    /** {@return its host and port, for a person} */
    String place() {
        return uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    /**
     * {@return the fields of an opening GET}
     *
     * @param number which GET of its opening it is, from 0
     * @param secret all GETs of one opening have the same
     */
    Map<String, String> openingFields(long limit, DownloadMode mode, int number, String secret) {
        Map<String, String> fields = downloadFields(new DownloadWay(mode, 0));
        fields.put(HeaderNames.LIMIT, Long.toString(limit));
        fields.put(HeaderNames.ATTACH, Integer.toString(number));
        fields.put(HeaderNames.OPENING, secret);
        return fields;
    }

    /**
     * Ends a request. What a transport throws then must not keep others from being ended, or sent.
     *
     * @param call null: it was not sent yet
     * @param how aborts or abandons it; null: it goes on
     */
    static void end(Transport.@Nullable Call call, @Nullable Consumer<Transport.Call> how) {
        if (call != null && how != null) {
            try {
                how.accept(call);
            } catch (Throwable e) {
                // Nothing more of it matters here.
            }
        }
    }

    /** Sends a resuming GET. */
    Transport.Call resume(String id, Attempt attempt, Transport.Receiver receiver) {
        Map<String, String> fields = downloadFields(attempt.way());
        fields.put(HeaderNames.ID, id);
        fields.put(HeaderNames.ATTACH, Long.toString(attempt.number()));
        fields.put(HeaderNames.OFFSET, Long.toString(attempt.offset()));
        fields.put(HeaderNames.LIMIT, Long.toString(attempt.limit()));
        return transport.openDownload(uri, fields, receiver);
    }

    /** Sends a POST. */
    Transport.Call post(String id, Flow.Publisher<ByteBuffer> body, long length, Transport.Receiver receiver) {
        Map<String, String> fields = fields();
        fields.put(HeaderNames.ID, id);
        fields.put("content-type", "application/octet-stream");
        if (length < 0) {
            fields.put("incremental", "?1"); // RFC 10036: a proxy must not hold the body back
        }
        return transport.openUpload(uri, fields, body, length, receiver);
    }

    private Map<String, String> downloadFields(DownloadWay way) {
        Map<String, String> fields = fields();
        switch (way.mode()) {
            case POLLING -> fields.put(HeaderNames.POLL, Long.toString(TimeUnit.NANOSECONDS.toMillis(way.longest())));
            case TYPED -> fields.put("accept", DownloadRequest.EVENT_STREAM);
            case STREAMING, WEBSOCKET -> {
                // nothing asks for it
            }
        }
        return fields;
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>(headers.get());
        for (String name : fields.keySet()) {
            if (name.toLowerCase(Locale.ROOT).startsWith(OWN_PREFIX)) {
                throw new IllegalArgumentException(
                        "headers of the DuplexClient gave " + name + ": fields of that name are the protocol's own");
            }
        }
        fields.put(HeaderNames.VERSION, HeaderNames.DIALECT_2);
        return fields;
    }

    /** {@return whether it is the answer to the GET of that number: one to another GET is old, and something has kept it} */
    static boolean answers(Transport.Head head, long number) {
        String answered = head.field(HeaderNames.ATTACH);
        return answered == null || answered.equals(Long.toString(number));
    }
}
