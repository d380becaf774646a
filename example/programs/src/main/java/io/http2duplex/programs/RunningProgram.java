package io.http2duplex.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A {@link Program} in a process of its own, which listens on a port until it is killed. */
public final class RunningProgram implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ProcessBuilder command;
    private final Path log;
    private final int port;
    private Process process;

    RunningProgram(ProcessBuilder command, Path log, int port) throws IOException {
        this.command = command;
        this.log = log;
        this.port = port;
        process = command.start();
        awaitListening();
    }

    /** {@return a port that nothing listens on} */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening() throws IOException {
        long begin = System.nanoTime();
        while (!isListening()) {
            if (!process.isAlive() || System.nanoTime() - begin > LIMIT.toNanos()) {
                String what = process.isAlive() ? " does not listen on port " + port : " has ended";
                kill();
                throw new IOException(command.command() + what + "; the logs in " + log.getParent() + " may tell why");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return its process id} */
    public long pid() {
        return process.pid();
    }

    /** Kills it, without a word to its clients, and returns when it has ended. */
    public void kill() {
        // Those that serve the connections would outlive the one that has started them.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }

    /** Starts it again after {@link #kill}, on the same port, and waits until it listens. */
    public void startAgain() throws IOException {
        process = command.start();
        awaitListening();
    }

    @Override
    public void close() {
        kill();
    }
}
