package io.http2duplex.benchmark.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A line to a server on this machine that takes its time: what comes is passed on after half of the round-trip time, in
 * both directions, and as fast as it came.
 */
final class DelayProxy implements AutoCloseable {
    private static final int CHUNK = 65_536;
    /** Held in one direction of one connection, in bytes: far more than is under way in half a round trip. */
    private static final int MAX_HELD = 64 * 1024 * 1024;

    private final ServerSocket listener;
    private final int serverPort;
    private final long delayNanos;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    DelayProxy(int serverPort, Duration roundTrip) throws IOException {
        this.serverPort = serverPort;
        delayNanos = roundTrip.toNanos() / 2;
        listener = new ServerSocket(0, 1000, InetAddress.getByName("localhost"));
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "delay-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = keep(listener.accept());
                start(() -> connect(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private Socket keep(Socket socket) throws IOException {
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void connect(Socket client) {
        try {
            Socket server = keep(new Socket(listener.getInetAddress(), serverPort));
            new Direction(client, server).start();
            new Direction(server, client).start();
        } catch (IOException e) {
            close(client);
        }
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing left of it.
        }
    }

    /** Cuts all connections, with what is under way. New ones can be made. */
    void cut() {
        sockets.forEach(this::close);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    /** From one socket to the other: one thread reads, one writes. An empty chunk is the end. */
    private final class Direction {
        private final Socket from;
        private final Socket to;
        private final DelayLine<byte[]> line = new DelayLine<>(delayNanos);
        private int held;

        Direction(Socket from, Socket to) {
            this.from = from;
            this.to = to;
        }

        void start() {
            DelayProxy.start(this::read);
            DelayProxy.start(this::write);
        }

        private void read() {
            byte[] chunk = new byte[CHUNK];
            try {
                InputStream input = from.getInputStream();
                int count;
                while ((count = input.read(chunk)) > 0) {
                    put(Arrays.copyOf(chunk, count));
                }
            } catch (IOException | InterruptedException e) {
                // One end was lost: the other sees a clean end.
            }
            end();
        }

        private synchronized void put(byte[] chunk) throws InterruptedException {
            while (held > MAX_HELD) {
                wait();
            }
            held += chunk.length;
            line.put(chunk, System.nanoTime());
            notifyAll();
        }

        private synchronized void end() {
            line.put(new byte[0], System.nanoTime());
            notifyAll();
        }

        private synchronized byte[] take() throws InterruptedException {
            long nanos;
            while ((nanos = line.untilDue(System.nanoTime())) > 0) {
                if (nanos == DelayLine.NOTHING) {
                    wait();
                } else {
                    wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
                }
            }
            byte[] chunk = line.take();
            held -= chunk.length;
            notifyAll();
            return chunk;
        }

        private void write() {
            try {
                OutputStream output = to.getOutputStream();
                for (byte[] chunk = take(); chunk.length > 0; chunk = take()) {
                    output.write(chunk);
                }
                to.shutdownOutput();
            } catch (IOException | InterruptedException e) {
                close(from);
                close(to);
            }
        }
    }
}
