package io.http2duplex.internal.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A conduit that looks at what comes, and may hold some of it: its reader is called even if the socket has no more. Every
 * way to read goes through {@link #read(ByteBuffer)}.
 */
abstract class HoldingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    HoldingSource(StreamSourceConduit next) {
        super(next);
    }

    /** {@return whether there is something to read, or to fail with, that the socket does not tell of} */
    abstract boolean hasMore();

    @Override
    public abstract int read(ByteBuffer to) throws IOException;

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].hasRemaining()) {
                return read(targets[i]);
            }
        }
        return 0;
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
        return IoUtils.transfer(new ConduitReadableByteChannel(this), count, through, target);
    }

    @Override
    public void resumeReads() {
        if (hasMore()) {
            next.wakeupReads();
        } else {
            next.resumeReads();
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        if (!hasMore()) {
            next.awaitReadable();
        }
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        if (!hasMore()) {
            next.awaitReadable(time, unit);
        }
    }
}
