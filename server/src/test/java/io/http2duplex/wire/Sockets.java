package io.http2duplex.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A connection whose TCP socket can be closed without TLS saying goodbye. */
record Sockets(Socket tcp, Socket top) {
    static Sockets open(int port, @Nullable SSLContext tls, String protocol) throws IOException {
        Socket tcp = new Socket(InetAddress.getLoopbackAddress(), port);
        tcp.setTcpNoDelay(true);
        if (tls == null) {
            return new Sockets(tcp, tcp);
        }
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(tcp, "localhost", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        String agreed = socket.getApplicationProtocol();
        if (!agreed.equals(protocol)
                && !(agreed.isEmpty() && protocol.equals("http/1.1"))) { // which needs no agreement
            throw new IOException("The server does not speak " + protocol);
        }
        return new Sockets(tcp, socket);
    }

    void kill() throws IOException {
        tcp.close();
    }
}
