package io.http2duplex.example;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
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
        @Nullable Path key,
        boolean help) {
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

    static EchoOptions parse(String... arguments) throws UsageException {
        String host = "localhost";
        int port = 7000;
        Duration drain = Duration.ofSeconds(10);
        Path certs = null;
        Path cert = null;
        Path key = null;
        boolean help = false;
        for (Iterator<String> rest = List.of(arguments).iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--host" -> host = value(option, rest);
                case "--port" -> port = number(option, rest, 65_535);
                case "--drain" -> drain = Duration.ofSeconds(number(option, rest, 86_400));
                case "--certs" -> certs = path(option, rest);
                case "--cert" -> cert = path(option, rest);
                case "--key" -> key = path(option, rest);
                case "--help", "-h" -> help = true;
                default -> throw new UsageException("There is no option " + option + ".");
            }
        }
        if ((cert == null) != (key == null)) {
            throw new UsageException("--cert and --key go together.");
        }
        if (cert != null && certs != null) {
            throw new UsageException("Give either --certs, or --cert and --key.");
        }
        return new EchoOptions(host, port, drain, certs == null ? defaultCerts() : certs, cert, key, help);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        if (!rest.hasNext()) {
            throw new UsageException(option + " needs a value.");
        }
        return rest.next();
    }

    private static int number(String option, Iterator<String> rest, int highest) throws UsageException {
        String value = value(option, rest);
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with what is out of range.
        }
        throw new UsageException(option + " needs a number from 0 to " + highest + ", not \"" + value + "\".");
    }

    private static Path path(String option, Iterator<String> rest) throws UsageException {
        String value = value(option, rest);
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " needs a path, not \"" + value + "\".");
        }
    }

    /** {@code certs/dev} of the repository that the working directory is in; otherwise of the working directory. */
    private static Path defaultCerts() {
        Path workingDirectory = Path.of("").toAbsolutePath();
        for (Path directory = workingDirectory; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve("certs").resolve("pom.xml"))) {
                return directory.resolve("certs").resolve("dev");
            }
        }
        return workingDirectory.resolve("certs").resolve("dev");
    }
}
