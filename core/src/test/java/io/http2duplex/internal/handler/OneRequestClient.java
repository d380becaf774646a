package io.http2duplex.internal.handler;

import io.http2duplex.Duplex;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedExchange.Body;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client that has a duplex of one request. What the contract sends as a POST is a piece of the request's body here: its
 * status comes when the server has taken the piece, or nothing more. To destroy its duplex it cuts the request.
 */
final class OneRequestClient implements TestBrowser, Body {
    private record Piece(ByteBuffer rest, CompletableFuture<Integer> taken) {}

    final SimulatedExchange exchange;
    final String id;
    /** The application's end. */
    final Duplex duplex;
    /** Guarded by this. */
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    /** Guarded by this. */
    private boolean ended;

    /** @param window how many bytes of the response are accepted that nobody has read */
    OneRequestClient(SimulatedHost host, SimulatedHost.Client client, int window, String... fields) throws Exception {
        exchange = host.put(client, this, window, fields);
        id = SimulatedHost.id(exchange);
        duplex = host.duplex(id);
        var unused = exchange.uploaded().thenAccept(outcome -> decided(TestBrowser.status(outcome)));
    }

    private synchronized void decided(int status) {
        pieces.forEach(piece -> piece.taken.complete(status));
        pieces.clear();
    }

    @Override
    public synchronized byte @Nullable [] next(int max) {
        Piece piece = pieces.peek();
        if (piece == null) {
            return ended ? new byte[0] : null;
        }
        byte[] bytes = new byte[Math.min(max, piece.rest.remaining())];
        piece.rest.get(bytes);
        if (!piece.rest.hasRemaining()) {
            pieces.remove();
            piece.taken.complete(200);
        }
        return bytes.length == 0 ? next(max) : bytes;
    }

    @Override
    public InputStream download() {
        return exchange.response();
    }

    @Override
    public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
        if (kind == UploadKind.DESTROY) {
            exchange.cut();
            return CompletableFuture.completedFuture(200);
        }
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        synchronized (this) {
            pieces.add(new Piece(ByteBuffer.wrap(body), taken));
            ended = kind.isLast();
        }
        if (exchange.uploaded().isDone()) {
            decided(TestBrowser.status(exchange.uploaded().join()));
        }
        exchange.bodyReady();
        return taken;
    }

    @Override
    public void vanish() {
        exchange.vanish();
    }

    @Override
    public void close() {
        vanish();
    }
}
