package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.server.DuplexServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of TLS 1.2 gets one handshake for each connection. */
class RenegotiationTest {
    private final AtomicInteger handshakes = new AtomicInteger();

    private static DuplexServer start() {
        DuplexServer server = DuplexServer.builder()
                .tls(TestServer.tls())
                .handle("/", new Bodies())
                .build();
        server.start();
        return server;
    }

    private SSLSocket connect(DuplexServer server, String version, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket)
                TestServer.trust().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.addHandshakeCompletedListener(done -> handshakes.incrementAndGet());
        socket.startHandshake();
        // The listener is called on a thread of its own.
        Await.until("the first handshake is told of", () -> handshakes.get() == 1);
        return socket;
    }

    private static void ask(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed");
            }
            answer.append((char) next);
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    private void assertRefused(DuplexServer server, SSLSocket socket) {
        assertThatThrownBy(() -> {
                    socket.startHandshake();
                    socket.getInputStream().read();
                    throw new IOException("closed");
                })
                .isInstanceOf(IOException.class);
        Await.until(
                "the refusal",
                () -> server.statistics().limitsReached().containsValue(1L)
                        && server.statistics().connections() == 0);
        assertThat(handshakes).hasValue(1);
    }

    @Test
    void aSecondHandshakeOfHttp1IsRefused() throws IOException {
        try (DuplexServer server = start();
                SSLSocket socket = connect(server, "TLSv1.2", "http/1.1")) {
            ask(socket);
            ask(socket);
            assertRefused(server, socket);
        }
    }

    @Test
    void soItIsBeforeTheFirstRequest() throws IOException {
        try (DuplexServer server = start();
                SSLSocket socket = connect(server, "TLSv1.2", "http/1.1")) {
            assertRefused(server, socket);
        }
    }

    @Test
    void aSecondHandshakeOfHttp2IsRefused() throws IOException {
        try (DuplexServer server = start();
                SSLSocket socket = connect(server, "TLSv1.2", "h2");
                Http2Client client = Http2Client.over(new Sockets(socket, socket), "/")) {
            assertThat(client.send("GET", false).status()).isEqualTo(200);
            assertRefused(server, socket);
        }
    }

    /** TLS 1.3 has new keys in its place, which cost little. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoHasOneHandshakeIsServed(String version) throws IOException {
        try (DuplexServer server = start();
                SSLSocket socket = connect(server, version, "http/1.1")) {
            ask(socket);
            if (version.equals("TLSv1.3")) {
                socket.startHandshake();
            }
            ask(socket);
            assertThat(server.statistics().limitsReached()).containsEntry("renegotiation", 0L);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, http/1.1", "TLSv1.2, h2", "TLSv1.3, http/1.1"})
    void aGoodbyeIsNoHandshake(String version, String protocol) throws IOException {
        try (DuplexServer server = start()) {
            try (SSLSocket socket = connect(server, version, protocol)) {
                if (protocol.equals("h2")) {
                    try (Http2Client client = Http2Client.over(new Sockets(socket, socket), "/")) {
                        assertThat(client.send("GET", false).status()).isEqualTo(200);
                    }
                } else {
                    ask(socket);
                }
            }
            Await.until("no connection", () -> server.statistics().connections() == 0);
            assertThat(server.statistics().limitsReached()).containsEntry("renegotiation", 0L);
        }
    }

    /** New keys hand no byte of the request: TLS has more than that to read, although the socket is empty. */
    @Test
    void whatComesTogetherWithNewKeysIsServedAtOnce() throws Exception {
        try (DuplexServer server = start();
                HeldSocket below = new HeldSocket(server.port());
                SSLSocket socket = (SSLSocket)
                        TestServer.trust().getSocketFactory().createSocket(below, "localhost", server.port(), true)) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            try (Http2Client client = Http2Client.over(new Sockets(socket, socket), "/")) {
                for (int i = 0; i < 20; i++) {
                    below.hold();
                    socket.startHandshake();
                    var request = client.send("GET", false);
                    below.release();
                    assertThat(request.status()).isEqualTo(200);
                }
            }
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    /** A socket that holds back what is written, and then sends it at once. */
    private static final class HeldSocket extends Socket {
        private @Nullable ByteArrayOutputStream held;

        HeldSocket(int port) throws IOException {
            super(InetAddress.getLoopbackAddress(), port);
            setTcpNoDelay(true);
        }

        synchronized void hold() {
            held = new ByteArrayOutputStream();
        }

        synchronized void release() throws IOException {
            ByteArrayOutputStream all = held;
            held = null;
            if (all != null) {
                all.writeTo(super.getOutputStream());
            }
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream open = super.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    synchronized (HeldSocket.this) { // the client's reader writes, too: no record may overtake another
                        ByteArrayOutputStream buffer = held;
                        (buffer == null ? open : buffer).write(bytes, offset, length);
                    }
                }
            };
        }
    }
}
