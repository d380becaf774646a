package io.http2duplex.attack;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One connection of an attacker, of which all that comes back is looked at, unless nobody reads it. */
class AttackerConnection implements AutoCloseable {
    private static final int MAX_KEPT = 64 * 1024;
    private static final int SMALL_BUFFER = 4096;
    /** For the TLS handshake. A reading thread waits for as long as the line is open. */
    private static final int PATIENCE_MILLIS = 5000;

    private static final int ANSWER_MILLIS = 4000;

    /** In place of a protocol for ALPN. */
    static final String TLS_1_2 = "TLSv1.2";

    /**
     * What a connection is like.
     *
     * @param protocol for ALPN, or {@link #TLS_1_2}; null: TCP alone, whatever the port speaks
     * @param reads whether anybody reads what comes back
     */
    record Kind(boolean tls, @Nullable String protocol, boolean reads) {}

    final String attack;
    private final Verdict verdict;
    private final Socket tcp;
    private final Socket top;
    private final boolean reads;
    private final LongAdder sent;
    private volatile boolean closed;
    private volatile boolean isAnswered;
    private volatile int mostAnswers = Integer.MAX_VALUE;

    /** @param sent counts the bytes that are sent */
    AttackerConnection(Target target, Kind kind, String attack, LongAdder sent) throws IOException {
        this.attack = attack;
        this.sent = sent;
        verdict = target.verdict;
        tcp = new Socket();
        try {
            tcp.setTcpNoDelay(true);
            tcp.setReuseAddress(true);
            if (!kind.reads) {
                tcp.setReceiveBufferSize(SMALL_BUFFER);
            }
            tcp.bind(new InetSocketAddress(target.attackersAddress(), 0));
            if (tcp.getLocalPort() % 2 == 0) {
                tcp.setSoLinger(true, 0); // every second one goes with a TCP reset
            }
            tcp.connect(target.address(kind.tls));
            top = kind.tls && kind.protocol != null ? handshake(tcp, target.trust, kind.protocol) : tcp;
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
        reads = kind.reads;
    }

    /** Begins to read, if anybody does. */
    final void start() {
        if (reads) {
            Thread reader = new Thread(this::read, attack);
            reader.setDaemon(true);
            reader.start();
        }
    }

    /** Has another handshake on a connection that has TLS. What comes of it is the server's affair. */
    final void renegotiate() throws IOException {
        SSLSocket tls = (SSLSocket) top;
        tls.addHandshakeCompletedListener(done -> verdict.fault(attack + ": the server renegotiated"));
        tls.startHandshake();
    }

    private static Socket handshake(Socket tcp, SSLContext trust, String protocol) throws IOException {
        tcp.setSoTimeout(PATIENCE_MILLIS);
        SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket(tcp, "localhost", tcp.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        if (protocol.equals(TLS_1_2)) {
            parameters.setProtocols(new String[] {protocol});
        } else {
            parameters.setApplicationProtocols(new String[] {protocol});
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        tcp.setSoTimeout(0);
        return socket;
    }

    final AttackerConnection write(byte[] bytes) throws IOException {
        synchronized (top) {
            top.getOutputStream().write(bytes);
        }
        sent.add(bytes.length);
        return this;
    }

    final AttackerConnection write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Says that nothing more will come, without TLS's goodbye. */
    final void shutdownOutput() throws IOException {
        tcp.shutdownOutput();
    }

    /** What is sent is one request, or none: more answers would be to what it has smuggled. */
    final AttackerConnection mayBeAnsweredOnce() {
        mostAnswers = 1;
        return this;
    }

    /** Waits for the close, for {@value #ANSWER_MILLIS} ms at most: what is answered is read meanwhile. */
    final void awaitClose() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
        while (!closed && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Waits until something has come back, for {@value #ANSWER_MILLIS} ms at most; where nobody reads, it reads a byte. */
    final void awaitAnswer() throws IOException {
        if (!reads) {
            isAnswered = top.getInputStream().read() >= 0;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
        while (!isAnswered && !closed && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** {@return whether either end has closed it, as far as anybody reads} */
    final boolean isClosed() {
        return closed;
    }

    /** Closes it at once, even during a write. */
    @Override
    public final void close() {
        closed = true;
        try {
            tcp.close();
        } catch (IOException e) {
            verdict.fault("A socket could not be closed: " + e);
        }
    }

    private void read() {
        try {
            receive();
        } catch (IOException e) {
            // the server has closed it, or this end has
        } finally {
            close();
        }
    }

    /** Reads to the end. */
    void receive() throws IOException {
        InputStream in = top.getInputStream();
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                isAnswered = true;
                if (text.length() < MAX_KEPT) {
                    text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                }
            }
        } finally {
            if (verdict.said(text.toString(), attack) > mostAnswers) {
                verdict.fault(attack + " was answered more than once: " + text);
            }
        }
    }

    final Socket socket() {
        return top;
    }

    final Verdict verdict() {
        return verdict;
    }
}
