package io.http2duplex.certs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes key pairs and certificates with the JDK's own {@code keytool}, in a process of its own: the JDK offers no other
 * public way to sign a certificate. No password stands on a command line, where every user of the machine could read it.
 */
final class Keytool {
    private static final DateTimeFormatter START_DATE =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Path executable;

    /** @param javaHome of the JDK whose keytool is used */
    Keytool(Path javaHome) {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        this.executable = javaHome.resolve("bin").resolve(windows ? "keytool.exe" : "keytool");
    }

    /**
     * Adds a fresh EC P-256 key and its certificate to a PKCS #12 store, which is made if there is none.
     *
     * @param options of {@code keytool -genkeypair} for this certificate: -dname, -signer, -ext
     */
    void addKeyPair(
            Path store, Path passwordFile, String alias, Instant validFrom, Duration validity, List<String> options) {
        if (!Files.isExecutable(executable)) {
            throw new CertificatesException(
                    executable,
                    "this Java runtime has no keytool, so it can make no development certificate;"
                            + " run on a full JDK, or bring a certificate of your own");
        }
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        // Start dates are read in the process's own time zone.
        command.addAll(List.of("-J-Duser.timezone=UTC", "-J-Duser.language=en"));
        // For so short a run the JVM's optimizing compiler costs more than it gains: this halves the time.
        command.add("-J-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass:file", passwordFile.toString()));
        command.addAll(List.of("-startdate", START_DATE.format(validFrom)));
        command.addAll(List.of("-validity", Long.toString(validity.toDays())));
        command.addAll(options);
        run(store, command);
    }

    private static void run(Path store, List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new CertificatesException(
                        store,
                        "keytool could not make the certificate: "
                                + output.strip().replaceAll("\\s+", " ")
                                + (CertificatesException.tellsOfNoRoom(output)
                                        ? "; make room there, or give another path"
                                        : ""));
            }
        } catch (IOException e) {
            throw new CertificatesException(store, "keytool could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CertificatesException(store, "interrupted while keytool was making the certificate", e);
        }
    }
}
