package io.http2duplex.nodes;

import io.http2duplex.programs.Program;
import io.http2duplex.programs.RunningProgram;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A balancer in front of two nodes, with a configuration of {@code docs/nodes} whose addresses and files are those of the
 * test.
 */
enum Balancer {
    HAPROXY_WITH_A_TABLE("haproxy-table.cfg", false),
    HAPROXY_BY_ROUTE("haproxy-route.cfg", false),
    HAPROXY_ROUND_ROBIN("haproxy-round-robin.cfg", true),
    NGINX_BY_ROUTE("nginx-route.conf", false);

    private static final Program HAPROXY = new Program("haproxy");
    private static final Program NGINX = new Program("nginx");

    private final String configuration;
    /** Whether it heeds no session, so that nodes must forward. */
    final boolean needsForwarding;

    Balancer(String configuration, boolean needsForwarding) {
        this.configuration = configuration;
        this.needsForwarding = needsForwarding;
    }

    /** One that runs, with the address of its port. */
    record Running(RunningProgram program, Supplier<URI> address) implements AutoCloseable {
        @Override
        public void close() {
            program.close();
        }
    }

    Running start(Node one, Node two) throws IOException {
        Path folder = Folders.of(configuration);
        int port = RunningProgram.freePort();
        String pem = Node.pem().toString();
        String text = Files.readString(Path.of("../docs/nodes", configuration))
                .replace("127.0.0.1:443", "127.0.0.1:" + port)
                .replace("127.0.0.1:7001", "127.0.0.1:" + one.port)
                .replace("127.0.0.1:7002", "127.0.0.1:" + two.port)
                .replace("/etc/haproxy/site.pem", pem)
                .replace("/etc/nginx/site.pem", pem);
        RunningProgram program;
        if (configuration.startsWith("nginx")) {
            Path file = Files.writeString(folder.resolve(configuration), text.replace("http {", """
                    http {
                        access_log off;
                        client_body_temp_path client-body;
                        proxy_temp_path proxy;
                        fastcgi_temp_path fastcgi;
                        scgi_temp_path scgi;
                        uwsgi_temp_path uwsgi;
                    """));
            program = NGINX.start(
                    Folders.of("nginx"),
                    folder,
                    port,
                    "-p",
                    folder + "/",
                    "-c",
                    file.toString(),
                    "-e",
                    "error.log",
                    "-g",
                    "daemon off; master_process off; pid nginx.pid;");
        } else {
            Path file = Files.writeString(folder.resolve(configuration), text);
            program = HAPROXY.start(Folders.of("haproxy"), folder, port, "-db", "-f", file.toString());
        }
        URI address = URI.create("https://localhost:" + port + Node.PATH);
        return new Running(program, () -> address);
    }
}
