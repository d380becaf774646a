package io.http2duplex.internal.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A source at the socket, below TLS, that asks the socket for no more than it has told of. Undertow's TLS reads until there is
 * nothing, and once more for each record: most of its reads would be system calls that find nothing.
 *
 * <p>When a read leaves room, the socket is empty. Then nothing is read until the socket tells that something has come: it
 * tells as long as there is something, so nothing that comes meanwhile is missed. A closed socket tells of nothing any more:
 * reading it says so.
 */
final class SocketSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** Whether a read has left room, and the socket has not told of anything since. */
    private volatile boolean empty;
    /** Whether the last read has found nothing, and the socket has not told of anything since. */
    private volatile boolean dry;

    SocketSource(StreamSourceConduit next) {
        super(next);
    }

    /** {@return a source between that connection and the TLS that is put over it next} */
    static SocketSource below(StreamConnection connection) {
        SocketSource source = new SocketSource(connection.getSourceChannel().getConduit());
        connection.getSourceChannel().setConduit(source);
        return source;
    }

    /** {@return whether the last read found nothing, and the socket has not told of anything since} */
    boolean isDry() {
        return dry;
    }

    private void more() {
        empty = false;
        dry = false;
    }

    @Override
    public void setReadReadyHandler(ReadReadyHandler handler) {
        next.setReadReadyHandler(new ReadReadyHandler() {
            @Override
            public void readReady() {
                more();
                handler.readReady();
            }

            @Override
            public void forceTermination() {
                handler.forceTermination();
            }

            @Override
            public void terminated() {
                handler.terminated();
            }
        });
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int count = isEmpty() ? 0 : next.read(to);
        read(count, to.hasRemaining());
        return count;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        if (isEmpty()) {
            read(0, true);
            return 0;
        }
        long count = next.read(targets, offset, length);
        read(count, targets[offset + length - 1].hasRemaining());
        return count;
    }

    private boolean isEmpty() {
        return empty && !next.isReadShutdown();
    }

    private void read(long count, boolean room) {
        empty = count >= 0 && room; // not at the end, which is told of once
        dry = count == 0;
    }

    /** For the threads that read blocking. */
    @Override
    public void awaitReadable() throws IOException {
        next.awaitReadable();
        more();
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        next.awaitReadable(time, unit);
        more();
    }
}
