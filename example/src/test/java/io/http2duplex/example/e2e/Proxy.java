package io.http2duplex.example.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * A proxy of others in front of a server: HTTP/2 over TLS to the browser, and clear text to the server. Its configuration
 * is a file among the resources.
 */
final class Proxy implements AutoCloseable {
    /** What there is, and how it is configured. */
    enum Kind {
        /** As many set it up: the body of a request goes on only when it is there as a whole. */
        NGINX("nginx", "nginx.conf", "-p @FOLDER@/ -e error.log -c"),
        /** The body of a request goes on as it comes. */
        NGINX_TUNED("nginx", "nginx-tuned.conf", "-p @FOLDER@/ -e error.log -c"),
        /** HTTP/1.1 to the server. */
        HAPROXY_H1("haproxy", "haproxy-h1.cfg", "-db -f"),
        /** HTTP/2 to the server. */
        HAPROXY_H2("haproxy", "haproxy-h2.cfg", "-db -f"),
        /** HTTP/1.1 to the server. */
        CADDY_H1("caddy", "caddy-h1.conf", "run --adapter caddyfile --config"),
        /** HTTP/2 to the server. */
        CADDY_H2("caddy", "caddy-h2.conf", "run --adapter caddyfile --config");

        private final String program;
        private final String configuration;
        private final String arguments;

        /** @param arguments the name of the configuration follows them */
        Kind(String program, String configuration, String arguments) {
            this.program = program;
            this.configuration = configuration;
            this.arguments = arguments;
        }
    }

    private final Kind kind;
    private final Path folder;
    private final Path executable;
    private final int port;
    private Process process;

    /** @param targetPort where the server listens in clear text */
    Proxy(Kind kind, int targetPort) throws IOException {
        this.kind = kind;
        folder = Files.createDirectories(Path.of(System.getProperty("e2e.target"), kind.program));
        executable = new Program(kind.program).executable(Machine.real(), folder);
        port = freePort();
        DevelopmentCertificates certificates = TestServer.certificates();
        Path both = folder.resolve("both.pem");
        Files.writeString(
                both, Files.readString(certificates.certificateChain()) + Files.readString(certificates.privateKey()));
        String configuration = template(kind.configuration);
        for (Map.Entry<String, Object> value : Map.<String, Object>of(
                        "@FOLDER@", folder,
                        "@PORT@", port,
                        "@TARGET@", targetPort,
                        "@CHAIN@", certificates.certificateChain(),
                        "@KEY@", certificates.privateKey(),
                        "@BOTH@", both)
                .entrySet()) {
            configuration =
                    configuration.replace(value.getKey(), value.getValue().toString());
        }
        Files.writeString(folder.resolve(kind.configuration), configuration);
    }

    private static String template(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(Proxy.class.getResourceAsStream("/proxies/" + name), name)) {
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url(String path) {
        return "https://localhost:" + port + path;
    }

    Proxy start() throws IOException {
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        for (String argument : List.of(kind.arguments.split(" "))) {
            command.add(argument.replace("@FOLDER@", folder.toString()));
        }
        command.add(kind.configuration);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile());
        if (executable.startsWith(folder)) {
            builder.environment().put("LD_LIBRARY_PATH", Program.libraries(folder));
        }
        process = builder.start();
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(kind + " did not start; the logs in " + folder + " may tell why");
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
