package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.http2duplex.ErrorCode;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.internal.core.HeaderNames;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in a process of its own, as a user runs it. */
@Timeout(60)
class EchoCommandTest {
    /** Types of frames. */
    private static final int DATA = 0;

    private static final int END = 4;
    private static final int RESET = 5;
    private static final int DRAIN = 8;

    @TempDir
    static Path certs;

    @TempDir
    Path directory;

    @RegisterExtension
    final CommandProcess command = new CommandProcess(EchoCommand.class);

    private Process start(String... arguments) throws IOException {
        return command.start(arguments);
    }

    private void assertFails(int exitCode, Process process) throws InterruptedException {
        assertThat(process.waitFor()).isEqualTo(exitCode);
    }

    /** Waits for the server to print where its page is. */
    private static URI page(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("Open ")) {
                return URI.create(line.substring("Open ".length()));
            }
        }
        throw new IOException("the server ended without saying where it listens");
    }

    private static HttpResponse<InputStream> get(URI address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address));
    }

    private static HttpResponse<InputStream> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        Path authority = DevelopmentCertificates.in(certs).caCertificate();
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(authority))
                .build();
        return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @ParameterizedTest
    @ValueSource(strings = {"client.html", "client.js", "client.css", "icon.svg", "bundle.js", "bundle.js.map", ""})
    void thePageAndAllItNeedsIsServedOverHttp2WithSecurityHeaders(String file) throws Exception {
        URI page = page(start("--port", "0", "--certs", certs.toString()));

        HttpResponse<InputStream> response = get(page.resolve("/" + file));

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.statusCode()).isEqualTo(file.isEmpty() ? 302 : 200);
        assertThat(response.headers().map())
                .containsKeys("content-security-policy", "x-content-type-options", "referrer-policy");
    }

    @Test
    void terminatedItResetsWhatIsLeftWhenTheTimeIsOver() throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "there are no signals");
        Process process = start("--port", "0", "--drain", "0", "--certs", certs.toString());
        HttpResponse<InputStream> opened = send(request(page(process).resolve("/example")));
        assertThat(opened.statusCode()).isEqualTo(200);
        DataInputStream download = new DataInputStream(opened.body());

        process.destroy();

        assertThat(ByteBuffer.wrap(frame(download, RESET)).getShort()).isEqualTo((short) ErrorCode.SHUT_DOWN.number());
        assertFails(128 + 15, process);
        assertThat(command.errors()).isEmpty();
    }

    @Test
    void terminatedItLetsDuplexesComeToTheirEnds() throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "there are no signals");
        Process process = start("--port", "0", "--drain", "60", "--certs", certs.toString());
        URI address = page(process).resolve("/example");
        HttpResponse<InputStream> opened = send(request(address));
        String id = opened.headers().firstValue(HeaderNames.ID).orElseThrow();
        DataInputStream download = new DataInputStream(opened.body());

        process.destroy();

        frame(download, DRAIN);
        upload(address, id, "0000000b 0000000000000000 627965" + "04000008 0000000000000003"); // "bye", and the end
        assertThat(frame(download, DATA)).endsWith('b', 'y', 'e');
        frame(download, END);
        upload(address, id, "01000010 0000000000000004 0000000000000004"); // everything is here
        assertThat(download.readAllBytes()).isNotNull(); // ended cleanly: nothing is thrown
        assertFails(128 + 15, process);
        assertThat(command.errors()).isEmpty();
    }

    /** Over HTTP/1.1: told by the server that it will go, the JDK's client of HTTP/2 breaks off what is under way. */
    private static HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .header(HeaderNames.VERSION, "2");
    }

    private static void upload(URI address, String id, String frames) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(address)
                .header(HeaderNames.ID, id)
                .POST(HttpRequest.BodyPublishers.ofByteArray(HexFormat.of().parseHex(frames.replace(" ", ""))));
        assertThat(send(request).statusCode()).isEqualTo(204);
    }

    /** Reads on to the next frame of that type. {@return its payload} */
    private static byte[] frame(DataInputStream download, int type) throws IOException {
        for (; ; ) {
            int head = download.readInt();
            byte[] payload = download.readNBytes(head & 0xffffff);
            if (head >>> 24 == type) {
                return payload;
            }
        }
    }

    @Test
    void aPortThatIsTakenIsOneLineAndExitCode1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertFails(1, start("--host", "127.0.0.1", "--port", port, "--certs", certs.toString()));

            assertThat(command.errors())
                    .isEqualToNormalizingNewlines("Cannot listen on 127.0.0.1, port " + port
                            + ": Address already in use. Give another --host or --port.\n");
        }
    }

    @Test
    void aHostThatIsUnknownIsOneLineAndExitCode1() throws Exception {
        assertFails(1, start("--host", "nowhere.invalid", "--port", "0", "--certs", certs.toString()));

        assertThat(command.errors()).hasLineCount(1).startsWith("Cannot listen on nowhere.invalid, port 0: ");
    }

    @Test
    void aCertificateThatCannotBeReadIsOneLineAndExitCode1() throws Exception {
        Path damaged = Files.writeString(directory.resolve("damaged.p12"), "no certificate");
        assertFails(1, start("--port", "0", "--certs", damaged.toString()));
        assertThat(command.errors()).hasLineCount(1).startsWith(damaged + ": is no PKCS #12 file, or is damaged");

        String missing = directory.resolve("missing.pem").toString();
        assertFails(1, start("--port", "0", "--cert", missing, "--key", missing));
        assertThat(command.errors()).hasLineCount(1).startsWith(missing + ": there is no such file");
    }

    @Test
    void aFolderOfCertificatesThatCannotBeMadeIsOneLineAndExitCode1() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertFails(1, start("--port", "0", "--certs", file.resolve("certs").toString()));

        assertThat(command.errors()).hasLineCount(1).startsWith(file + "");
    }

    @Test
    void aCertificateOfOnesOwnIsServed() throws Exception {
        DevelopmentCertificates own = DevelopmentCertificates.in(certs);
        String chain = own.certificateChain().toString();
        Process process =
                start("--port", "0", "--cert", chain, "--key", own.privateKey().toString());

        assertThat(get(page(process)).statusCode()).isEqualTo(200);
    }

    @Test
    void aCommandLineThatMakesNoSenseIsExitCode2WithTheUsage() throws Exception {
        assertFails(2, start("--prot", "7000"));

        assertThat(command.errors()).startsWith("There is no option --prot.").endsWith(EchoOptions.USAGE);
    }

    @Test
    void helpIsPrintedAndNoFailure() throws Exception {
        Process process = start("--help");

        assertThat(process.inputReader().lines())
                .containsExactlyElementsOf(EchoOptions.USAGE.lines().toList());
        assertFails(0, process);
    }
}
