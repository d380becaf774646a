package io.http2duplex.attack;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The runner of one bout of an attack, with what it needs and what must be closed at its end. */
final class Attacker {
    /** A part of what attackers send, behind a "<", that must never come back to a page. */
    static final String MARKUP = "attacked";

    private static final int RESETS_MILLIS = 4000;
    /** What HTTP/2 begins with. */
    static final int WINDOW = 65_535;

    /** What is done with a line that is held, from time to time. */
    @FunctionalInterface
    interface Drip {
        void drip(AttackerConnection line) throws IOException;
    }

    final Random random;
    final Target target;
    private final String attack;
    private final HeldConnections held;
    private final List<AttackerConnection> lines = new CopyOnWriteArrayList<>();
    private final LongAdder sent = new LongAdder();
    private final AtomicInteger resets = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final long began = System.nanoTime();
    private volatile boolean over;

    Attacker(Target target, HeldConnections held, String attack, Random random) {
        this.target = target;
        this.held = held;
        this.attack = attack;
        this.random = random;
    }

    /** {@return how long it is at it, in nanoseconds} */
    long time() {
        return System.nanoTime() - began;
    }

    /** {@return how many connections it has opened} */
    int connections() {
        return opened.get();
    }

    /** {@return how many bytes it has sent} */
    long bytes() {
        return sent.sum();
    }

    /** {@return how many of its streams the server has reset} */
    int resets() {
        return resets.get();
    }

    /** Waits until it is so many, if it gets so many within {@value #RESETS_MILLIS} ms. */
    void awaitResets(int count) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RESETS_MILLIS);
        while (resets() < count && !over && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    // ---- connections, which end with the bout unless they are held

    /** TCP alone, to one of the ports. */
    AttackerConnection tcp(boolean tls) throws IOException {
        return line(new AttackerConnection.Kind(tls, null, true));
    }

    AttackerConnection http1() throws IOException {
        return line(new AttackerConnection.Kind(random.nextBoolean(), "http/1.1", true));
    }

    /** One that does not read what comes back. */
    AttackerConnection deafHttp1() throws IOException {
        return line(new AttackerConnection.Kind(random.nextBoolean(), "http/1.1", false));
    }

    AttackerConnection line(AttackerConnection.Kind kind) throws IOException {
        return opened(new AttackerConnection(target, kind, attack, sent));
    }

    /** One whose TLS is of version 1.2, which can renegotiate. */
    AttackerConnection tls12() throws IOException {
        return line(new AttackerConnection.Kind(true, AttackerConnection.TLS_1_2, true));
    }

    Http2AttackerConnection http2() throws IOException {
        return http2(WINDOW);
    }

    Http2AttackerConnection http2(int window) throws IOException {
        return http2(random.nextBoolean(), window);
    }

    Http2AttackerConnection http2(boolean tls, int window) throws IOException {
        return opened(new Http2AttackerConnection(target, tls, attack, window, sent, resets::incrementAndGet));
    }

    private <T extends AttackerConnection> T opened(T line) {
        lines.add(line);
        opened.incrementAndGet();
        line.start();
        return line;
    }

    /** Keeps a connection beyond the bout, for a while. */
    void hold(AttackerConnection line, Drip drip) {
        lines.remove(line);
        held.add(line, drip);
    }

    /** Keeps a connection beyond the bout, for a while, in silence. */
    void hold(AttackerConnection line) {
        hold(line, silent -> {});
    }

    /** {@return whether it has been ended} Its connections are closed then, by itself. */
    boolean isOver() {
        return over;
    }

    /** Ends the bout, whatever it waits for. To be called once more when it has ended. */
    void end() {
        over = true;
        lines.forEach(
                AttackerConnection::close); // not cleared: the bout may be opening one more, which a later call closes
    }

    // ---- things to say

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** {@return the path of one of the applications} */
    String path() {
        return Target.PATHS.get(random.nextInt(Target.PATHS.size()));
    }

    /** Opens a duplex, with more header fields. {@return its id; null if it was refused} */
    @Nullable
    String open(Http2AttackerConnection line, String path, int dialect, String... headers) throws IOException {
        String[] all = Arrays.copyOf(headers, headers.length + (dialect == 1 ? 0 : 2));
        if (dialect > 1) {
            all[headers.length] = "http2-duplex-version";
            all[headers.length + 1] = "" + dialect;
        }
        int stream = line.get(path, all);
        String id = line.head(stream).id();
        if (id != null) {
            target.ids.add(id, path, dialect);
        }
        return id;
    }
}
