package io.http2duplex.example.e2e;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * nginx in front of a server, as many put it there: HTTP/2 over TLS to the browser, HTTP/1.1 to the server, and, which is
 * its default, the body of a request goes on only when it is there as a whole.
 */
final class Nginx implements AutoCloseable {
    /** Names the nginx to use, in place of looking for one. */
    static final String PATH_VARIABLE = "NGINX_PATH";

    private static final String CONFIGURATION = """
            daemon off;
            master_process off;
            pid nginx.pid;
            events {}
            http {
                access_log off;
                client_body_temp_path client-body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                scgi_temp_path scgi;
                uwsgi_temp_path uwsgi;
                server {
                    listen 127.0.0.1:%d ssl http2;
                    ssl_certificate "%s";
                    ssl_certificate_key "%s";
                    location / {
                        proxy_pass http://127.0.0.1:%d;
                        proxy_http_version 1.1;
                        proxy_request_buffering on;
                    }
                }
            }
            """;

    private final Path executable;
    private final Path folder;
    private final int port;
    private Process process;

    /** @param targetPort where the server listens in clear text */
    Nginx(int targetPort) throws IOException {
        folder = Files.createDirectories(Path.of(System.getProperty("e2e.target"), "nginx"));
        executable = executable(Machine.real(), folder);
        port = freePort();
        DevelopmentCertificates certificates = TestServer.certificates();
        Files.writeString(
                folder.resolve("nginx.conf"),
                CONFIGURATION.formatted(port, certificates.certificateChain(), certificates.privateKey(), targetPort));
    }

    /**
     * Finds nginx, or gets it: as root on a Debian, from its package, which is unpacked and not installed, since an
     * installed one starts a server.
     *
     * @param folder where it is unpacked
     * @throws IllegalStateException if that can't be done; the message is one line that says what to do
     */
    static Path executable(Machine machine, Path folder) {
        Path unpacked = folder.resolve("usr").resolve("sbin").resolve("nginx");
        Optional<Path> named = machine.variable(PATH_VARIABLE).map(Path::of);
        Stream<Path> candidates = named.map(Stream::of)
                .orElseGet(() -> Stream.of(
                        Path.of("/usr/sbin/nginx"),
                        Path.of("/usr/local/bin/nginx"),
                        Path.of("/opt/homebrew/bin/nginx"),
                        unpacked));
        Optional<Path> found = candidates.filter(machine::isExecutable).findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        if (named.isEmpty() && machine.installsDebianPackages() && machine.run(List.of("apt-get", "update"))) {
            String unpack = "cd '%s' && apt-get -o APT::Sandbox::User=root download nginx && dpkg-deb -x nginx_*.deb ."
                    .formatted(folder);
            if (machine.run(List.of("sh", "-c", unpack)) && machine.isExecutable(unpacked)) {
                return unpacked;
            }
        }
        throw new IllegalStateException("The tests through a proxy need nginx, and there is none: install it, or set "
                + PATH_VARIABLE + " to its executable.");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url(String path) {
        return "https://localhost:" + port + path;
    }

    Nginx start() throws IOException {
        process = new ProcessBuilder(executable.toString(), "-p", folder + "/", "-c", "nginx.conf", "-e", "error.log")
                .inheritIO()
                .start();
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("nginx did not start; " + folder.resolve("error.log") + " may tell why");
            }
            LockSupport.parkNanos(MILLISECONDS.toNanos(10));
        }
        return this;
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Kills it: its clients find their connections reset, or no server. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
