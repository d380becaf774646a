package io.http2duplex.example;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import javax.net.ssl.SSLContext;

/** Runs the echo server from the command line until it is interrupted. It fails as {@link Command} says. */
public final class EchoCommand {
    private EchoCommand() {}

    public static void main(String... arguments) {
        Command.run(EchoOptions.USAGE, arguments, given -> run(EchoOptions.parse(given)));
    }

    private static void run(EchoOptions options) throws IOException {
        EchoServer server = new EchoServer(options.host(), options.port(), tls(options));
        start(server);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.shutdown(options.drain()), "shutdown"));
        System.out.println("Open https://" + nameInUrl(options.host()) + ":" + server.port() + "/client.html");
    }

    private static SSLContext tls(EchoOptions options) {
        if (options.cert() != null && options.key() != null) {
            return TlsContexts.fromPem(options.cert(), options.key());
        }
        if (Files.isRegularFile(options.certs())) {
            return TlsContexts.fromPkcs12(options.certs(), password());
        }
        DevelopmentCertificates certificates = DevelopmentCertificates.in(options.certs());
        System.out.println(
                "Browsers warn until they trust " + certificates.caCertificate() + " (certs/README.md tells how).");
        return certificates.sslContext();
    }

    private static char[] password() {
        String password = System.getenv(EchoOptions.PASSWORD_VARIABLE);
        return password == null ? new char[0] : password.toCharArray();
    }

    private static void start(EchoServer server) throws IOException {
        try {
            server.start();
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage() + ". Give another --host or --port.", e);
        }
    }

    /** A host to put into the browser's address bar: an address that means "all of them" is reached as localhost. */
    private static String nameInUrl(String host) {
        if (host.equals("0.0.0.0") || host.equals("::")) {
            return "localhost";
        }
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
