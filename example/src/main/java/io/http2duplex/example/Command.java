package io.http2duplex.example;

import io.http2duplex.certs.CertificatesException;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A command's way to end. Exit code 1 if it cannot run, with one line that says why; 2 if the command line makes no
 * sense, with the usage; 0 after {@code --help}.
 */
public final class Command {
    /** What a command does. It returns when its threads do the rest. */
    @FunctionalInterface
    public interface Body {
        void run(Arguments arguments) throws UsageException, IOException;
    }

    private Command() {}

    /** Runs a command, and ends the process if it fails or has only printed its usage. */
    public static void run(String usage, String[] arguments, Body body) {
        // Undertow and XNIO greet at level INFO.
        Logger.getLogger("").setLevel(Level.WARNING);
        List<String> given = List.of(arguments);
        if (given.contains("--help") || given.contains("-h")) {
            System.out.print(usage);
            // A return would not be enough: Maven, which runs this in its own process, would go on with other modules.
            System.exit(0);
        }
        try {
            body.run(new Arguments(given));
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.err.print(usage);
            System.exit(2);
        } catch (CertificatesException | IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
