package io.http2duplex.internal.undertow;

import io.http2duplex.internal.handler.SocketClose;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.protocol.framed.FrameHeaderData;
import io.undertow.websockets.core.WebSocketException;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.core.protocol.version13.WebSocket13Channel;
import io.undertow.websockets.extensions.NoopExtensionFunction;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * A channel of Undertow for a WebSocket without extensions. It closes one that breaks the rules of RFC 6455 as any other
 * that is malformed: Undertow would tell the client, in words and numbers of its own, what it did not like.
 */
final class SocketChannel extends WebSocket13Channel {
    /** A frame whose head has come in part. */
    private @Nullable PartialFrame begun;

    SocketChannel(WebSocketHttpExchange exchange, String url, StreamConnection connection, ByteBufferPool buffers) {
        super(
                connection,
                buffers,
                url,
                exchange.getResponseHeader("Sec-WebSocket-Protocol"),
                false,
                false,
                NoopExtensionFunction.INSTANCE,
                exchange.getPeerConnections(),
                exchange.getOptions());
    }

    @Override
    protected @Nullable FrameHeaderData parseFrame(ByteBuffer bytes) throws IOException {
        PartialFrame frame = begun == null ? receiveFrame() : begun;
        try {
            frame.handle(bytes);
            if (frame.isDone() && frame.getFrameLength() < 0) { // which Undertow would read as it is
                throw new WebSocketException("The highest bit of a length must be 0 (RFC 6455, section 5.2)");
            }
        } catch (WebSocketException e) {
            markReadsBroken(e);
            throw new IOException(e);
        }
        begun = frame.isDone() ? null : frame;
        return begun == null ? frame : null;
    }

    @Override
    protected void handleBrokenSourceChannel(Throwable cause) {
        boolean isMalformed = cause instanceof WebSocketException || cause instanceof UnsupportedEncodingException;
        if (isMalformed && !isCloseFrameSent()) {
            SocketClose close = SocketClose.PROTOCOL_ERROR;
            WebSockets.sendClose(close.code(), close.reason(), this, null);
        }
    }
}
