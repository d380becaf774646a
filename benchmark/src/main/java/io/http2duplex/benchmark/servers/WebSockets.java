package io.http2duplex.benchmark.servers;

import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedBinaryMessage;
import io.undertow.websockets.core.WebSocketCallback;
import io.undertow.websockets.core.WebSocketChannel;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** WebSockets by Undertow's own handler, that echo or transfer. */
final class WebSockets {
    private WebSockets() {}

    static HttpHandler echo() {
        return handler(Echo::new);
    }

    static HttpHandler transfer() {
        return handler(TransferListener::new);
    }

    private static HttpHandler handler(Supplier<AbstractReceiveListener> listener) {
        return Handlers.websocket((exchange, channel) -> {
            channel.getReceiveSetter().set(listener.get());
            channel.resumeReceives();
        });
    }

    private static final class Echo extends AbstractReceiveListener {
        @Override
        protected void onFullBinaryMessage(WebSocketChannel channel, BufferedBinaryMessage message) {
            io.undertow.websockets.core.WebSockets.sendBinary(bytes(message), channel, null);
        }
    }

    private static final class TransferListener extends AbstractReceiveListener implements WebSocketCallback<Void> {
        private final Transfer transfer = new Transfer();
        private boolean sending;

        @Override
        protected void onFullBinaryMessage(WebSocketChannel channel, BufferedBinaryMessage message) {
            transfer.take(bytes(message));
            if (!sending) {
                sendNext(channel);
            }
        }

        private void sendNext(WebSocketChannel channel) {
            sending = transfer.hasNext();
            if (sending) {
                io.undertow.websockets.core.WebSockets.sendBinary(transfer.next(), channel, this);
            }
        }

        @Override
        public void complete(WebSocketChannel channel, Void context) {
            // By a task of its own: the callback may come before the call that sends has returned.
            channel.getIoThread().execute(() -> sendNext(channel));
        }

        @Override
        public void onError(WebSocketChannel channel, Void context, Throwable failure) {
            // The page closes the WebSocket when it has what it wants.
        }
    }

    private static ByteBuffer bytes(BufferedBinaryMessage message) {
        try (var data = message.getData()) {
            return io.undertow.websockets.core.WebSockets.mergeBuffers(data.getResource());
        }
    }
}
