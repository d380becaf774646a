package io.http2duplex.example;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The arguments of a command, taken one after the other. */
public final class Arguments {
    private final Iterator<String> rest;

    Arguments(List<String> arguments) {
        rest = arguments.iterator();
    }

    public boolean isEmpty() {
        return !rest.hasNext();
    }

    /** {@return the next option} */
    public String option() {
        return rest.next();
    }

    /** {@return the value of an option that was taken} */
    public String value(String option) throws UsageException {
        if (!rest.hasNext()) {
            throw new UsageException(option + " needs a value.");
        }
        return rest.next();
    }

    /** {@return the value of an option, which is a number} */
    public int number(String option, int lowest, int highest) throws UsageException {
        String value = value(option);
        try {
            int number = Integer.parseInt(value);
            if (number >= lowest && number <= highest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with what is out of range.
        }
        throw new UsageException(
                option + " needs a number from " + lowest + " to " + highest + ", not \"" + value + "\".");
    }

    /** {@return the value of an option, which is a path} */
    public Path path(String option) throws UsageException {
        String value = value(option);
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " needs a path, not \"" + value + "\".");
        }
    }

    /** {@return what is said of an option that there is not} */
    public static UsageException unknown(String option) {
        return new UsageException("There is no option " + option + ".");
    }

    /** {@return {@code certs/dev} of the repository that the working directory is in; otherwise of the working directory} */
    public static Path defaultCerts() {
        Path workingDirectory = Path.of("").toAbsolutePath();
        for (Path directory = workingDirectory; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve("certs").resolve("pom.xml"))) {
                return directory.resolve("certs").resolve("dev");
            }
        }
        return workingDirectory.resolve("certs").resolve("dev");
    }
}
