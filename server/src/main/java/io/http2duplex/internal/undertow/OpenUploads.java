package io.http2duplex.internal.undertow;

import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The uploads that are open on one connection. Undertow does not tell every stream when it closes a connection: an
 * upload that waits for bytes would wait for ever.
 *
 * <p>One for each connection, since its close listeners stay for as long as it lives.
 */
final class OpenUploads implements ServerConnection.CloseListener {
    private static final AttachmentKey<OpenUploads> KEY = AttachmentKey.create(OpenUploads.class);

    private final Set<RequestBody> open = ConcurrentHashMap.newKeySet();

    private OpenUploads() {}

    /** {@return those of a connection} Called on the connection's I/O thread. */
    static OpenUploads of(ServerConnection connection) {
        OpenUploads known = connection.getAttachment(KEY);
        if (known != null) {
            return known;
        }
        OpenUploads uploads = new OpenUploads();
        connection.putAttachment(KEY, uploads);
        connection.addCloseListener(uploads);
        return uploads;
    }

    void add(RequestBody upload) {
        open.add(upload);
    }

    void remove(RequestBody upload) {
        open.remove(upload);
    }

    /** Called by Undertow, on any thread. */
    @Override
    public void closed(ServerConnection connection) {
        open.forEach(RequestBody::connectionClosed);
    }
}
