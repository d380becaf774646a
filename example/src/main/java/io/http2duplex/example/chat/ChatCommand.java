package io.http2duplex.example.chat;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.messages.Bus;
import io.http2duplex.nodes.ForwardingHandler;
import io.http2duplex.nodes.JGroupsBus;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;

/** Runs the chat until it is interrupted: one node, or two behind a front that sends requests to them. */
public final class ChatCommand {
    private static final String USAGE = """
            Options:
              --port PORT  port to listen on, on localhost (default 7000)
              --nodes 2    two nodes on the next two ports, which JGroups connects
            """;
    /** Undertow has an error with its stack there for each page that goes while its download is forwarded. */
    private static final Logger PROXY = Logger.getLogger("io.undertow.proxy");

    private static final Duration DRAIN = Duration.ofSeconds(5);

    private ChatCommand() {}

    public static void main(String... arguments) throws IOException {
        Logger.getLogger("").setLevel(Level.WARNING); // Undertow and XNIO greet at level INFO
        PROXY.setLevel(Level.OFF);
        int port = 7000;
        int nodes = 1;
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                switch (arguments[i]) {
                    case "--port" -> port = Integer.parseInt(arguments[i + 1]);
                    case "--nodes" -> nodes = Integer.parseInt(arguments[i + 1]);
                    default -> throw new IllegalArgumentException();
                }
            }
            if (nodes < 1 || nodes > 2) {
                throw new IllegalArgumentException();
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            System.err.print(USAGE);
            System.exit(2);
        }
        SSLContext tls = DevelopmentCertificates.in(
                        Files.isDirectory(Path.of("../certs")) ? Path.of("../certs/dev") : Path.of("certs/dev"))
                .sslContext();
        try {
            run(port, nodes, tls);
        } catch (UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        System.out.println("Open https://localhost:" + port);
    }

    private static void run(int port, int nodes, SSLContext tls) throws IOException {
        byte[] key = Accounts.newKey();
        List<ChatServer> servers = new ArrayList<>();
        if (nodes == 1) {
            servers.add(new ChatServer(
                    "", key, Bus.local(), options -> options.port(port).tls(tls)));
        } else {
            servers.add(new ChatServer("n1", key, JGroupsBus.join("chat"), node(port + 1)));
            servers.add(new ChatServer("n2", key, JGroupsBus.join("chat"), node(port + 2)));
            front(port, tls, key, port + 1, port + 2).start();
        }
        servers.forEach(ChatServer::start);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> servers.parallelStream().forEach(server -> server.shutdown(DRAIN))));
    }

    /** A node behind a front on the same machine, in clear text. */
    public static UnaryOperator<DuplexServer.Builder> node(int port) {
        return options -> options.host("127.0.0.1").port(port).trustXForwarded("127.0.0.1");
    }

    /** {@return what browsers talk with: it sends new duplexes to the nodes in turn, and the others to their node} */
    public static DuplexServer front(int port, SSLContext tls, byte[] key, int first, int second) {
        HttpHandler nodes = ForwardingHandler.builder("front")
                .node("n1", URI.create("http://127.0.0.1:" + first))
                .node("n2", URI.create("http://127.0.0.1:" + second))
                .buildFront();
        return ChatServer.site(new Accounts(key))
                .port(port)
                .tls(tls)
                .handle("/chat", nodes)
                .build();
    }
}
