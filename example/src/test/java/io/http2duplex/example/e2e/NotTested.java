package io.http2duplex.example.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/** The list of what could not be tested on this machine. The build shows it at its end. */
final class NotTested {
    private NotTested() {}

    /**
     * Gets what tests need. Without it a machine of a developer goes on, and says so at the end of the build; where
     * {@code CI=true} the tests fail.
     *
     * @param what the tests use
     * @param needed throws an IllegalStateException, whose message is one line that says what to do
     */
    static <T> T unless(Object what, Callable<T> needed) throws Exception {
        try {
            return needed.call();
        } catch (IllegalStateException missing) {
            if ("true".equals(System.getenv("CI"))) {
                throw missing;
            }
            note("NOT TESTED: " + what + ". " + missing.getMessage() + "\n");
            return Assumptions.abort(missing.getMessage());
        }
    }

    private static void note(String line) {
        try {
            Path list = Path.of(System.getProperty("e2e.target"), "not-tested.txt");
            Files.writeString(list, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
