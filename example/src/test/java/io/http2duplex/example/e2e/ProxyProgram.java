package io.http2duplex.example.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.programs.Machine;
import io.http2duplex.programs.Program;
import io.http2duplex.programs.RunningProgram;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** A proxy that is a program of its own. Its configuration is a file among the resources, with names for what differs. */
final class ProxyProgram implements Proxy.Part {
    /** The programs, with their arguments: the path of the configuration follows them. */
    enum Software {
        NGINX("nginx", "nginx", "-p @FOLDER@/ -e error.log -c"),
        HAPROXY("haproxy", "haproxy", "-db -f"),
        CADDY("caddy", "caddy", "run --adapter caddyfile --config"),
        APACHE("apache2", "apache2-bin", "-d @FOLDER@ -D FOREGROUND -f"),
        /** The one that is linked with OpenSSL, for https_port. */
        SQUID("squid", "squid-openssl", "-N -f"),
        /** It compiles its configuration, with gcc. */
        VARNISH("varnishd", "varnish", "-F -j none -n @FOLDER@/state -a 127.0.0.1:@PORT@ -f");

        private final String executable;
        private final String debianPackage;
        private final String arguments;

        Software(String executable, String debianPackage, String arguments) {
            this.executable = executable;
            this.debianPackage = debianPackage;
            this.arguments = arguments;
        }

        Program program() {
            return new Program(executable, debianPackage);
        }
    }

    private final Path folder;
    private final Program program;
    private final Path configuration;
    private final int port;
    private final Map<String, Object> values;
    private final String arguments;
    private RunningProgram running;

    /**
     * @param configuration the name of a resource
     * @param targetPort where what is behind it listens in clear text
     * @throws IllegalStateException if the program is not here and can't be got
     */
    ProxyProgram(Software software, String configuration, int port, int targetPort) throws IOException {
        program = software.program();
        this.port = port;
        folder = Files.createDirectories(Path.of(System.getProperty("e2e.target"), program.name()));
        Path executable = program.executable(Machine.real(), folder);
        DevelopmentCertificates certificates = TestServer.certificates();
        Path both = folder.resolve("both.pem");
        Files.writeString(
                both, Files.readString(certificates.certificateChain()) + Files.readString(certificates.privateKey()));
        values = Map.of(
                "@FOLDER@", folder,
                "@PREFIX@", executable.getParent().getParent(),
                "@PORT@", port,
                "@TARGET@", targetPort,
                "@CHAIN@", certificates.certificateChain(),
                "@KEY@", certificates.privateKey(),
                "@BOTH@", both);
        arguments = software.arguments;
        this.configuration = folder.resolve(configuration);
        Files.writeString(this.configuration, filled(template(configuration)));
    }

    private static String template(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(Proxy.class.getResourceAsStream("/proxies/" + name), name)) {
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private String filled(String template) {
        String filled = template;
        for (Map.Entry<String, Object> value : values.entrySet()) {
            filled = filled.replace(value.getKey(), value.getValue().toString());
        }
        return filled;
    }

    @Override
    public void start() throws IOException {
        String all = filled(arguments) + " " + configuration;
        running = program.start(folder, folder, port, all.split(" "));
    }

    @Override
    public void kill() {
        if (running != null) {
            running.kill();
        }
    }
}
