package io.http2duplex.certs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

/** Certificates of every kind that a user may bring, made by the JDK's keytool. */
final class KeytoolInTests {
    static final String PASSWORD = "open sesame";

    private KeytoolInTests() {}

    /** A PKCS #12 store with one key named {@code alias} and its certificate for localhost. */
    static KeyStore keyPair(Path store, String alias, String algorithm, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-keyalg", algorithm));
        arguments.addAll(List.of("-dname", "CN=localhost", "-ext", "san=dns:localhost"));
        arguments.addAll(List.of(options));
        run(store, arguments);
        return TlsContexts.readPkcs12(store, PASSWORD.toCharArray());
    }

    static void run(Path store, List<String> arguments) throws IOException, InterruptedException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(keytool.toString()));
        command.add("-J-XX:TieredStopAtLevel=1"); // takes half the time
        command.addAll(arguments);
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }
}
