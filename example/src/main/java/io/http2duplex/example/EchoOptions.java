package io.http2duplex.example;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the echo server.
 *
 * @param certs a directory of development certificates, or a PKCS #12 file
 * @param drain how long duplexes may go on when the server is to stop
 * @param cert a certificate chain in PEM that is used instead of {@code certs}, together with {@code key}
 */
record EchoOptions(
        String host,
        int port,
        Duration drain,
        Path certs,
        @Nullable Path cert,
        @Nullable Path key) {
    static final String PASSWORD_VARIABLE = "CERTS_PASSWORD";

    static final String USAGE = """
            Options:
              --host HOST   address to listen on (default localhost; 0.0.0.0 is all of them)
              --port PORT   port to listen on (default 7000; 0 is any that is free)
              --drain TIME  how many seconds duplexes may go on after Ctrl-C (default 10)
              --certs PATH  directory of development certificates, made if there are none
                            (default certs/dev of the repository); or a PKCS #12 file,
                            with its password in the environment variable CERTS_PASSWORD
              --cert FILE   instead of --certs: a certificate chain in PEM,
              --key FILE    and its private key in PEM (PKCS #8, not encrypted)
              --help        print this
            """;

    static EchoOptions parse(Arguments arguments) throws UsageException {
        String host = "localhost";
        int port = 7000;
        Duration drain = Duration.ofSeconds(10);
        Path certs = null;
        Path cert = null;
        Path key = null;
        while (!arguments.isEmpty()) {
            String option = arguments.option();
            switch (option) {
                case "--host" -> host = arguments.value(option);
                case "--port" -> port = arguments.number(option, 0, 65_535);
                case "--drain" -> drain = Duration.ofSeconds(arguments.number(option, 0, 86_400));
                case "--certs" -> certs = arguments.path(option);
                case "--cert" -> cert = arguments.path(option);
                case "--key" -> key = arguments.path(option);
                default -> throw Arguments.unknown(option);
            }
        }
        if ((cert == null) != (key == null)) {
            throw new UsageException("--cert and --key go together.");
        }
        if (cert != null && certs != null) {
            throw new UsageException("Give either --certs, or --cert and --key.");
        }
        return new EchoOptions(host, port, drain, certs == null ? Arguments.defaultCerts() : certs, cert, key);
    }
}
