package io.http2duplex.example;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the echo server.
 *
 * @param certs a directory of development certificates, or a PKCS #12 file
 * @param cert a certificate chain in PEM that is used instead of {@code certs}, together with {@code key}
 */
record EchoOptions(
        String host,
        int port,
        Path certs,
        @Nullable Path cert,
        @Nullable Path key,
        boolean help) {
    static final String PASSWORD_VARIABLE = "CERTS_PASSWORD";

    static final String USAGE = """
            Options:
              --host HOST   address to listen on (default localhost; 0.0.0.0 is all of them)
              --port PORT   port to listen on (default 7000; 0 is any that is free)
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
        Path certs = null;
        Path cert = null;
        Path key = null;
        boolean help = false;
        for (Iterator<String> rest = List.of(arguments).iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--host" -> host = value(option, rest);
                case "--port" -> port = port(value(option, rest));
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
        return new EchoOptions(host, port, certs == null ? defaultCerts() : certs, cert, key, help);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        if (!rest.hasNext()) {
            throw new UsageException(option + " needs a value.");
        }
        return rest.next();
    }

    private static int port(String value) throws UsageException {
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, with what is out of range.
        }
        throw new UsageException("--port needs a number from 0 to 65535, not \"" + value + "\".");
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
