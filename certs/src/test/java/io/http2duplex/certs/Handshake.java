package io.http2duplex.certs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A real TLS handshake over loopback. */
final class Handshake {
    private Handshake() {}

    /**
     * The certificate that a client which checks the server's name was shown.
     *
     * @throws IOException if client and server came to no agreement
     */
    static X509Certificate between(SSLContext client, SSLContext server, String name) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SSLServerSocket listening =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serveOne(listening), thread);
            X509Certificate shown = shownTo(client, loopback, listening.getLocalPort(), name);
            served.join();
            return shown;
        } finally {
            thread.shutdown();
        }
    }

    private static X509Certificate shownTo(SSLContext client, InetAddress address, int port, String name)
            throws IOException {
        try (SSLSocket socket =
                (SSLSocket) client.getSocketFactory().createSocket(new Socket(address, port), name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            if (socket.getInputStream().read() != 'x') {
                throw new IOException("the server did not speak");
            }
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static void serveOne(SSLServerSocket listening) {
        try (SSLSocket socket = (SSLSocket) listening.accept()) {
            socket.getOutputStream().write('x');
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
