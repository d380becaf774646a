package io.http2duplex.internal.undertow;

import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/** The sink of a response, between its writer and Undertow's own: it knows whether the writer waits to write. */
abstract class ResponseSink extends AbstractStreamSinkConduit<StreamSinkConduit> implements WriteReadyHandler {
    /** Tells the writer that it may write. */
    WriteReadyHandler handler;
    /** Whether the writer waits for that. Workers set it, too. */
    volatile boolean resumed;

    ResponseSink(StreamSinkConduit next, HttpServerExchange exchange) {
        super(next);
        handler = new WriteReadyHandler.ChannelListenerHandler<>(Connectors.getConduitSinkChannel(exchange));
        next.setWriteReadyHandler(this);
    }

    @Override
    public final void resumeWrites() {
        resumed = true;
        next.resumeWrites();
    }

    @Override
    public final void wakeupWrites() {
        resumed = true;
        next.wakeupWrites();
    }

    @Override
    public final boolean isWriteResumed() {
        return resumed;
    }

    @Override
    public final void setWriteReadyHandler(WriteReadyHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public final void forceTermination() {
        handler.forceTermination();
    }

    @Override
    public final void terminated() {
        handler.terminated();
    }
}
