package io.http2duplex.example.e2e;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.wire.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The unmodified Node package http2-duplex: its server as an echo, with the pages of the tests; and its client. */
final class PeerServer implements BeforeAllCallback, AfterAllCallback {
    private static final List<String> PAGES = List.of("page.html", "page.js", "random-bytes.js", "transfer.js");
    private static final List<String> BUNDLES = List.of("index.js", "web-streams.js", "dialect1.js");
    private static final Pattern PORT = Pattern.compile("\"port\":\\s*(\\d+)");
    private static final Path TARGET = Path.of(System.getProperty("e2e.target"));

    private Process process;
    private int port;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        DevelopmentCertificates certificates = TestServer.certificates();
        process = node(
                "echo-server.mjs",
                "--cert",
                certificates.certificateChain().toString(),
                "--key",
                certificates.privateKey().toString(),
                "--root",
                files().toString());
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        Matcher matcher = PORT.matcher(line == null ? "" : line);
        if (!matcher.find()) {
            throw new IOException("The peer's server did not start: its first line was " + line);
        }
        port = Integer.parseInt(matcher.group(1));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        // That is what ends it.
        process.outputWriter().close();
    }

    String url(String path) {
        return "https://localhost:" + port + path;
    }

    /** {@return a script that defines {@code peer_client_bundle}, the peer's client} */
    static Path client() {
        Path bundle = TARGET.resolve("peer-client.js");
        try {
            if (node("bundle-client.mjs", bundle.toString()).waitFor() != 0) {
                throw new IOException("The peer's client could not be bundled");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return bundle;
    }

    private static Process node(String script, String... arguments) throws IOException {
        Path folder = Path.of(System.getProperty("e2e.browser-client"));
        Path path = folder.resolve("test").resolve("peer").resolve(script);
        List<String> command = Stream.concat(Stream.of("node", path.toString()), Stream.of(arguments))
                .toList();
        try {
            return new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new IOException("Node.js 18 or newer has to be on the PATH as \"node\": " + e.getMessage(), e);
        }
    }

    private static Path files() throws IOException {
        Path folder = Files.createDirectories(TARGET.resolve("peer-files"));
        for (String page : PAGES) {
            copy("/e2e/" + page, folder.resolve(page));
        }
        for (String bundle : BUNDLES) {
            copy("/META-INF/resources/http2-duplex/" + bundle, folder.resolve(bundle));
        }
        return folder;
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream content = PeerServer.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IOException("Not on the class path: " + resource);
            }
            Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
