package io.http2duplex.benchmark;

import io.http2duplex.certs.DevelopmentCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where things are, and how much is done.
 *
 * @param directory the module's
 * @param form short: is everything right; full: how fast is it
 * @param systems finds the names of the systems that are measured
 */
public record Settings(Path directory, Form form, Pattern systems) {
    /** How much is done. */
    public enum Form {
        SHORT,
        FULL
    }

    /** {@return whether this is the full form} */
    public boolean isFull() {
        return form == Form.FULL;
    }

    /** {@return whether the system of that name is measured} */
    public boolean isMeasured(String system) {
        return systems.matcher(system).find();
    }

    /** {@return the folder of all that is made} */
    public Path target() {
        return directory.resolve("target");
    }

    /** {@return the folder of the page} */
    Path page() {
        return target().resolve("page");
    }

    /** {@return the folder of what was measured} */
    public Path results() {
        return made(target().resolve("benchmark-" + form.name().toLowerCase(Locale.ROOT)));
    }

    /** {@return the folder of the servers' certificates} */
    public Path certificates() {
        return target().resolve("certificates");
    }

    /** {@return the certificates themselves, made if there are none} */
    public DevelopmentCertificates development() {
        return DevelopmentCertificates.in(certificates());
    }

    /** {@return the file for what a server writes to its standard error} */
    public Path log(String server) {
        return made(target().resolve("logs")).resolve(server + ".log");
    }

    /** {@return the file for what a server was recorded at} */
    public Path recording(String what) {
        return results().resolve(what.toLowerCase(Locale.ROOT) + ".jfr");
    }

    /** {@return a folder, made if there is none} */
    public Path temporary(String name) {
        return made(target().resolve(name));
    }

    private static Path made(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
