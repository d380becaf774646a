package io.http2duplex.internal.listener;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.undertow.Answer;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A conduit between the transport and Undertow's HTTP/1.1. It passes on what {@link Http1Framing} accepts. At the first
 * byte that is wrong it answers 400, unless the answer to the request has begun, and fails: Undertow then closes the
 * connection.
 *
 * <p>Used by one thread at a time: the one that reads the request.
 */
final class Http1Source extends HoldingSource {
    private final Http1Framing framing = new Http1Framing();
    /** Bytes that were read before this conduit was there; null if none are left. */
    private @Nullable PooledByteBuffer data;
    /** Null before the first request. */
    private volatile @Nullable HttpServerExchange exchange;

    private boolean refused;

    private final StreamSinkConduit sink;

    private Http1Source(StreamSourceConduit next, StreamSinkConduit sink, @Nullable PooledByteBuffer data) {
        super(next);
        this.sink = sink;
        this.data = data;
    }

    /** @param data bytes already read from the connection; null if none */
    static void over(StreamConnection connection, @Nullable PooledByteBuffer data) {
        connection
                .getSourceChannel()
                .setConduit(new Http1Source(
                        connection.getSourceChannel().getConduit(),
                        connection.getSinkChannel().getConduit(),
                        data));
    }

    /** Tells it which request is being served. */
    static void serve(HttpServerConnection connection, HttpServerExchange exchange) {
        if (connection.getOriginalSourceConduit() instanceof Http1Source source) {
            source.exchange = exchange;
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        if (framing.fault() != null) {
            throw refusal();
        }
        int begin = to.position();
        int count = data == null ? next.read(to) : readData(to);
        if (count > 0 && !isOtherProtocol()) {
            ByteBuffer read = to.duplicate().position(begin).limit(to.position());
            if (!framing.accept(read)) {
                to.position(read.position());
                releaseData();
                count = to.position() - begin;
                if (count == 0) {
                    throw refusal();
                }
            }
        }
        return count;
    }

    private int readData(ByteBuffer to) {
        if (data == null) {
            return 0;
        }
        ByteBuffer from = data.getBuffer();
        int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count).position(to.position() + count);
        from.position(from.position() + count);
        if (!from.hasRemaining()) {
            releaseData();
        }
        return count;
    }

    private void releaseData() {
        if (data != null) {
            data.close();
            data = null;
        }
    }

    /** {@return whether what comes is no HTTP: the connection was upgraded, or is a tunnel} */
    private boolean isOtherProtocol() {
        HttpServerExchange current = exchange;
        return current != null
                && (current.isUpgrade()
                        || (current.getRequestMethod().equals(Methods.CONNECT)
                                && current.isResponseStarted()
                                && current.getStatusCode() == StatusCodes.OK));
    }

    /** Answers, if an answer is possible. {@return what ends the connection} */
    private IOException refusal() {
        String fault = String.valueOf(framing.fault());
        IOException refusal = new IOException(fault);
        HttpServerExchange current = exchange;
        if (!refused) {
            refused = true;
            if (current == null || current.isComplete() || !current.isResponseStarted()) {
                try {
                    answer(Problem.badHeaders(fault));
                } catch (IOException e) {
                    refusal.addSuppressed(e);
                }
            }
        }
        return refusal;
    }

    /** Sends as much as the transport takes at once: everything, unless the client does not read. */
    private void answer(Problem problem) throws IOException {
        HttpServerExchange current = exchange;
        if (current != null
                && current.getConnection() instanceof HttpServerConnection served
                && served.getPipelineBuffer() != null
                && !served.getPipelineBuffer().flushPipelinedData()) {
            return; // not before the answers to earlier requests
        }
        sink.write(ByteBuffer.wrap(Answer.ofHttp1(problem)));
        sink.flush();
    }

    @Override
    boolean hasMore() {
        return data != null || framing.fault() != null;
    }
}
