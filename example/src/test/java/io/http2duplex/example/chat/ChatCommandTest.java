package io.http2duplex.example.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.example.CommandProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command in a process of its own, as a user runs it. */
@Timeout(60)
class ChatCommandTest {
    @TempDir
    static Path certs;

    @RegisterExtension
    final CommandProcess command = new CommandProcess(ChatCommand.class);

    private void assertEnds(int exitCode, String... arguments) throws Exception {
        assertThat(command.start(arguments).waitFor()).isEqualTo(exitCode);
    }

    @ParameterizedTest
    @CsvSource({
        "There is no option --prot., --prot 7000",
        "--port needs a value., --port",
        "'--port needs a number from 0 to 65533, not \"x\".', --port x",
        "'--nodes needs a number from 1 to 2, not \"3\".', --nodes 3"
    })
    void aCommandLineThatMakesNoSenseIsExitCode2WithTheUsage(String message, String arguments) throws Exception {
        assertEnds(2, arguments.split(" ", -1));

        assertThat(command.errors()).isEqualToNormalizingNewlines(message + "\n" + ChatCommand.USAGE);
    }

    @Test
    void aPortThatIsTakenIsOneLineAndExitCode1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertEnds(1, "--port", port, "--certs", certs.toString());

            assertThat(command.errors())
                    .isEqualToNormalizingNewlines("Cannot listen on localhost, port " + port
                            + ": Address already in use. Give another --port.\n");
        }
    }

    @Test
    void aFolderOfCertificatesThatCannotBeMadeIsOneLineAndExitCode1() throws Exception {
        Path file = Files.createTempFile("file", null);

        assertEnds(1, "--port", "0", "--certs", file.resolve("certs").toString());

        assertThat(command.errors()).hasLineCount(1).startsWith(file + "");
    }

    @Test
    void helpIsPrintedAndNoFailure() throws Exception {
        Process process = command.start("--nodes", "2", "--help");

        assertThat(process.inputReader().lines())
                .containsExactlyElementsOf(ChatCommand.USAGE.lines().toList());
        assertThat(process.waitFor()).isZero();
    }

    /** The nodes are on ports of their own. */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void itSaysWhereItsPageIs(String nodes) throws Exception {
        Process process = command.start("--port", "0", "--nodes", nodes, "--certs", certs.toString());

        assertThat(process.inputReader().readLine()).matches("Open https://localhost:[1-9][0-9]*");
    }
}
