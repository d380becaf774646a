package io.http2duplex.example.chat;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.example.Arguments;
import io.http2duplex.example.Command;
import io.http2duplex.example.UsageException;
import io.http2duplex.messages.Bus;
import io.http2duplex.nodes.ForwardingHandler;
import io.http2duplex.nodes.JGroupsBus;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;

/**
 * Runs the chat until it is interrupted: one node, or two behind a front that sends requests to them. It fails as {@link
 * Command} says.
 */
public final class ChatCommand {
    static final String USAGE = """
            Options:
              --port PORT   port to listen on, on localhost (default 7000; 0 is any that is free)
              --nodes 2     two nodes on the next two ports, which JGroups connects
              --certs PATH  directory of development certificates, made if there are none
                            (default certs/dev of the repository)
              --help        print this
            """;
    /** Undertow has an error with its stack there for each page that goes while its download is forwarded. */
    private static final Logger PROXY = Logger.getLogger("io.undertow.proxy");

    private static final Duration DRAIN = Duration.ofSeconds(5);

    private ChatCommand() {}

    public static void main(String... arguments) {
        PROXY.setLevel(Level.OFF);
        Command.run(USAGE, arguments, ChatCommand::run);
    }

    private static void run(Arguments arguments) throws UsageException, IOException {
        int port = 7000;
        int nodes = 1;
        Path certs = null;
        while (!arguments.isEmpty()) {
            String option = arguments.option();
            switch (option) {
                case "--port" -> port = arguments.number(option, 0, 65_535 - 2);
                case "--nodes" -> nodes = arguments.number(option, 1, 2);
                case "--certs" -> certs = arguments.path(option);
                default -> throw Arguments.unknown(option);
            }
        }
        SSLContext tls = DevelopmentCertificates.in(certs == null ? Arguments.defaultCerts() : certs)
                .sslContext();
        try {
            System.out.println("Open https://localhost:" + start(port, nodes, tls));
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage() + ". Give another --port.", e);
        }
    }

    /** {@return the port that browsers talk to} */
    private static int start(int port, int nodes, SSLContext tls) throws IOException {
        byte[] key = Accounts.newKey();
        List<ChatServer> servers = new ArrayList<>();
        if (nodes == 1) {
            servers.add(new ChatServer(
                    "", key, Bus.local(), options -> options.port(port).tls(tls)));
        } else {
            servers.add(new ChatServer("n1", key, JGroupsBus.join("chat"), node(port == 0 ? 0 : port + 1)));
            servers.add(new ChatServer("n2", key, JGroupsBus.join("chat"), node(port == 0 ? 0 : port + 2)));
        }
        servers.forEach(ChatServer::start);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> servers.parallelStream().forEach(server -> server.shutdown(DRAIN))));
        if (nodes == 1) {
            return servers.get(0).port();
        }
        DuplexServer front =
                front(port, tls, key, servers.get(0).port(), servers.get(1).port());
        front.start();
        return front.port();
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
