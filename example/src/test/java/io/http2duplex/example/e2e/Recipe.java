package io.http2duplex.example.e2e;

import io.http2duplex.wire.TestServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of {@code docs/clients.md}, as they stand there, with the ways in which tests run them. */
enum Recipe {
    CURL("curl", "", true),
    CURL_HTTP_1("curl", "", false),
    CURL_HTTP_1_WITH_EXPECT("curl", "", false),
    CURL_HTTP_1_TLS("curl", "", true),
    NODE_HTTP_2("node-http2", ".mjs", true),
    NODE_H2C("node-http2", ".mjs", false),
    NODE_HTTP_1("node-http", ".mjs", false),
    NODE_HTTP_1_TLS("node-http", ".mjs", true),
    NODE_FETCH("node-fetch", ".mjs", false),
    NODE_FETCH_TLS("node-fetch", ".mjs", true),
    GO_HTTP_2("go", ".go", true),
    GO_HTTP_1("go", ".go", false),
    /** Not of one request. */
    NODE_PACKAGE("node-package", ".mjs", true);

    private static final Path DOCUMENT = Path.of("..", "docs", "clients.md");

    private final String name;
    private final String suffix;
    final boolean tls;

    Recipe(String name, String suffix, boolean tls) {
        this.name = name;
        this.suffix = suffix;
        this.tls = tls;
    }

    boolean isCurl() {
        return name.equals("curl");
    }

    boolean isNode() {
        return name.startsWith("node");
    }

    /** The recipes of one request that this run tests: one way of each client, or all of them and Go's ({@code -Pclients}). */
    static Stream<Recipe> ofOneRequest() {
        return Boolean.getBoolean("e2e.clients")
                ? Stream.of(values()).filter(recipe -> recipe != NODE_PACKAGE)
                : Stream.of(CURL, CURL_HTTP_1_WITH_EXPECT, NODE_HTTP_2, NODE_HTTP_1_TLS, NODE_FETCH_TLS);
    }

    /** {@return the code of a recipe, from the document} */
    static String code(String name) throws IOException {
        Pattern block =
                Pattern.compile("<!-- " + name + " -->\n```\\w+\n(.*?)```\n<!-- /" + name + " -->", Pattern.DOTALL);
        return block.matcher(Files.readString(DOCUMENT))
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new IOException("There is no recipe " + name + " in " + DOCUMENT));
    }

    /** Starts the program. */
    Process start(String url) throws IOException {
        String trusted = TestServer.certificates().caCertificate().toString();
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().put("URL", url);
        builder.environment().put("CURL_CA_BUNDLE", trusted);
        builder.environment().put("NODE_EXTRA_CA_CERTS", trusted);
        builder.environment().put("SSL_CERT_FILE", trusted);
        if (!isCurl()) {
            builder.command().add(url);
        }
        return builder.redirectError(log()).start();
    }

    private List<String> command() throws IOException {
        String code = code(name);
        if (isCurl()) {
            String line = code.strip();
            if (this == CURL_HTTP_1_WITH_EXPECT) {
                line = line.replace("-H Expect: ", "");
            } else if (this == CURL_HTTP_1_TLS) {
                line = line.replace("curl ", "curl --http1.1 ");
            }
            return List.of("sh", "-c", "exec " + line);
        }
        Path file = Files.writeString(folder().resolve(name + suffix), code);
        if (this == NODE_PACKAGE) {
            installPackage();
        }
        return new ArrayList<>(
                isNode()
                        ? List.of("node", file.toString())
                        : List.of(Go.program(file).toString()));
    }

    /** Puts the npm package where Node looks for it. */
    private static void installPackage() throws IOException {
        Path installed = folder().resolve("node_modules/@http2-duplex/browser-client");
        Files.createDirectories(installed.getParent());
        Files.deleteIfExists(installed);
        Files.createSymbolicLink(
                installed, Path.of(System.getProperty("e2e.browser-client")).toRealPath());
    }

    /** {@return what the program writes on its standard error} */
    File log() throws IOException {
        return folder().resolve(this + ".log").toFile();
    }

    private static Path folder() throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("e2e.target"), "clients"));
    }
}
