package io.http2duplex.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** A port that leads to another over a line which takes its time, the same for every byte, and as many as come. */
final class SlowLine implements AutoCloseable {
    /** Bytes on their way; none is the end. */
    private record Piece(ByteBuffer bytes, long arrival) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(arrival - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(arrival, ((Piece) other).arrival);
        }
    }

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final long delay;

    SlowLine(int target, Duration oneWay) throws IOException {
        this.target = target;
        delay = oneWay.toNanos();
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "slow-line");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                carry(client, server);
                carry(server, client);
            }
        } catch (IOException e) {
            if (!listening.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void carry(Socket from, Socket to) {
        DelayQueue<Piece> line = new DelayQueue<>();
        start(() -> {
            byte[] buffer = new byte[65_536];
            try (InputStream in = from.getInputStream()) {
                for (int count; (count = in.read(buffer)) > 0; ) {
                    line.add(new Piece(ByteBuffer.wrap(Arrays.copyOf(buffer, count)), System.nanoTime() + delay));
                }
            } catch (IOException e) {
                // closed: what is under way still arrives
            }
            line.add(new Piece(ByteBuffer.allocate(0), System.nanoTime() + delay));
        });
        start(() -> {
            try (WritableByteChannel out = Channels.newChannel(to.getOutputStream())) {
                ByteBuffer bytes = line.take().bytes();
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                    bytes = line.take().bytes();
                }
            } catch (IOException e) {
                // nobody is there any more
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
