package io.http2duplex.client.transport;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A sender of HTTP requests, such as {@code java.net.http} or OkHttp. Many duplexes use it at once, on any thread.
 *
 * <p>Neither call blocks, and neither bounds the time: the caller aborts a request that takes too long.
 */
public interface Transport {
    /**
     * Sends a GET, whose response may go on for as long as it likes. Its bytes must be passed on as they come: no cache,
     * nothing that collects them.
     *
     * @param fields header fields, each with one value
     */
    Call openDownload(URI uri, Map<String, String> fields, Receiver receiver);

    /**
     * Sends a POST.
     *
     * @param fields header fields, each with one value
     * @param body its pieces, whose bytes must be read before {@link Receiver#ended}, and sent as they come. One of known
     *     length may be subscribed to again, if the request must be sent again
     * @param length the body's length in bytes; -1: it ends when the publisher completes, and may take any time
     */
    Call openUpload(
            URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver);

    /** A request that was sent. */
    interface Call {
        /**
         * Ends the request, and its response, at once: the server must see a reset, not an end. Does nothing if it has
         * ended. What still comes of it is ignored.
         */
        void abort();

        /**
         * Ends the request as {@link #abort} does, because it brought nothing for too long. Its connection may be dead, with
         * nobody to say so: requests that are opened from now on must go over another one.
         */
        void abandon();
    }

    /**
     * The receiver of one response: its head, its bytes as they come, then its end; or a failure at any point. The calls
     * come one at a time, on any thread, perhaps before the request was returned. None of them blocks.
     */
    interface Receiver {
        /** The head of the response has come. */
        void answered(Head head);

        /** The next bytes, which are used before this returns. */
        void bytes(ByteBuffer bytes);

        /** The response has ended as it should: none of its bytes is missing. */
        void ended();

        /** There is no response, or it was cut. Nothing follows. */
        void failed(Throwable cause);
    }

    /**
     * The head of a response.
     *
     * @param uri where it came from, after redirects if the transport follows them
     * @param fields all values of each header field
     */
    record Head(int status, URI uri, Map<String, List<String>> fields) {
        /** {@return the first value of a header field, whatever the case of its name; null if there is none} */
        public @Nullable String field(String name) {
            for (Map.Entry<String, List<String>> field : fields.entrySet()) {
                if (field.getKey().equalsIgnoreCase(name) && !field.getValue().isEmpty()) {
                    return field.getValue().get(0);
                }
            }
            return null;
        }
    }
}
