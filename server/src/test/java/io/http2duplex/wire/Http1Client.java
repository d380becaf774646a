package io.http2duplex.wire;

import io.http2duplex.wire.Request.Ending;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1, a connection a request. A body without a content-length goes in chunks. */
final class Http1Client implements Client {
    private final int port;
    private final @Nullable SSLContext tls;
    private final String path;
    private final List<Sockets> connections = new ArrayList<>();

    Http1Client(Transport transport, TestServer server) {
        this(server.port(transport.tls), transport.tls ? TestServer.trust() : null, server.path());
    }

    /** A client of a server that is not a {@link TestServer}. */
    Http1Client(int port, @Nullable SSLContext tls, String path) {
        this.port = port;
        this.tls = tls;
        this.path = path;
    }

    @Override
    public synchronized Request send(String method, boolean withBody, String... headers) throws IOException {
        Sockets sockets = Sockets.open(port, tls, "http/1.1");
        connections.add(sockets);
        boolean chunked = withBody && !Arrays.asList(headers).contains("content-length");
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        if (chunked) {
            head.append("transfer-encoding: chunked\r\n");
        }
        sockets.top().getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        Http1Request request = new Http1Request(sockets, chunked);
        Thread reader = new Thread(() -> request.receive(method), "http1-client");
        reader.setDaemon(true);
        reader.start();
        return request;
    }

    @Override
    public synchronized void close() throws IOException {
        for (Sockets connection : connections) {
            connection.kill();
        }
    }

    private static final class Http1Request extends Request {
        private final Sockets sockets;
        private final boolean chunked;

        Http1Request(Sockets sockets, boolean chunked) {
            this.sockets = sockets;
            this.chunked = chunked;
        }

        @Override
        Request write(byte[] bytes) throws IOException {
            var out = sockets.top().getOutputStream();
            if (chunked) {
                byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                byte[] all = Arrays.copyOf(size, size.length + bytes.length + 2);
                System.arraycopy(bytes, 0, all, size.length, bytes.length);
                all[all.length - 2] = '\r';
                all[all.length - 1] = '\n';
                out.write(all);
            } else {
                out.write(bytes);
            }
            return this;
        }

        @Override
        Request end() throws IOException {
            if (chunked) {
                sockets.top().getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            return this;
        }

        @Override
        void cut() throws IOException {
            sockets.kill();
        }

        void receive(String method) {
            try {
                InputStream in = new BufferedInputStream(sockets.top().getInputStream());
                int status;
                Map<String, String> headers;
                do {
                    status = Integer.parseInt(line(in).split(" ", 3)[1]);
                    headers = headers(in);
                    head(status, headers);
                } while (status < 200);
                if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
                    receiveChunks(in);
                } else if (!method.equals("HEAD")) {
                    receive(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
                }
                ended(Ending.WHOLE, "");
            } catch (IOException | RuntimeException e) {
                ended(Ending.BROKEN_OFF, e.toString());
            }
        }

        private void receiveChunks(InputStream in) throws IOException {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                receive(in, size);
                line(in);
            }
            line(in);
        }

        private static int chunkSize(InputStream in) throws IOException {
            return Integer.parseInt(line(in), 16);
        }

        private void receive(InputStream in, int count) throws IOException {
            byte[] buffer = new byte[4096];
            int left = count;
            while (left > 0) {
                int n = in.read(buffer, 0, Math.min(left, buffer.length));
                if (n < 0) {
                    throw new EOFException("Connection closed in the middle of a body");
                }
                arrived(buffer, 0, n);
                left -= n;
            }
        }

        private static Map<String, String> headers(InputStream in) throws IOException {
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
            return headers;
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("Connection closed");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
