package io.http2duplex.wire;

import java.io.IOException;

/** A browser with one HTTP/2 connection, or with one HTTP/1.1 connection a request. */
interface Client extends AutoCloseable {
    static Client connect(Transport transport, TestServer server) throws IOException {
        return transport.http2 ? Http2Client.connect(transport, server) : new Http1Client(transport, server);
    }

    /**
     * Sends the head of a request.
     *
     * @param withBody whether a body follows, which must be ended
     * @param headers names and values in turn
     */
    Request send(String method, boolean withBody, String... headers) throws IOException;

    /** Closes every connection without a word, as a killed process does. */
    @Override
    void close() throws IOException;

    /** Opens a duplex, and reads the byte that is thrown away. */
    default Request open() throws IOException {
        Request download = send("GET", false);
        if (download.status() != 200) {
            throw new AssertionError("GET was answered with " + download.status());
        }
        download.read(1);
        return download;
    }

    /** Sends a whole chunk. */
    default Request post(String id, byte[] body, String... headers) throws IOException {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "http2-duplex-id";
        all[headers.length + 1] = id;
        Request upload = send("POST", true, all);
        if (body.length > 0) {
            upload.write(body);
        }
        return upload.end();
    }

    /** Ends the client's side. */
    default Request end(String id) throws IOException {
        return post(id, new byte[0], "http2-duplex-end", "true");
    }

    /** Destroys the duplex, as a client does. */
    default Request destroy(String id) throws IOException {
        return post(id, new byte[0], "http2-duplex-end", "true", "http2-duplex-destroyed", "true");
    }

    /** Begins one upload for everything. */
    default Request single(String id) throws IOException {
        return send("POST", true, "http2-duplex-id", id, "http2-duplex-single", "true");
    }
}
