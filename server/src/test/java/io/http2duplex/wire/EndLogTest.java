package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log tells of sessions' ends, and of a flood of failures. */
class EndLogTest {
    private final Logger logger = Logger.getLogger("io.http2duplex");
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            lines.add(logged.getLevel() + " " + logged.getMessage());
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    @BeforeEach
    void record() {
        logger.setLevel(Level.FINE);
        logger.setUseParentHandlers(false);
        logger.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(recorder);
        logger.setUseParentHandlers(true);
        logger.setLevel(null);
    }

    private List<String> linesOf(String id) {
        return lines.stream().filter(line -> line.contains(id.substring(0, 8))).toList();
    }

    @Test
    void atLevelDebugOneLineTellsHowItEndedAndNeverTheWholeId() throws IOException {
        String plainId;
        String resumableId;
        String resetId;
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request plain = client.open();
            plainId = plain.id();
            client.post(plainId, bytes(100), "http2-duplex-end", "true").status();
            assertThat(plain.readToEnd()).hasSize(100);
            Resumable resumable = Resumable.open(client);
            resumableId = resumable.id();
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).hasSize(1000);
            resumable.end();
            Resumable reset = Resumable.open(client);
            resetId = reset.id();
            Resumable.post(client, resetId, Frames.reset(777, "a client's\r\nown words"))
                    .status();
            Await.until(
                    "all ends are logged",
                    () -> List.of(plainId, resumableId, resetId).stream()
                            .noneMatch(id -> linesOf(id).isEmpty()));
        }
        assertThat(linesOf(plainId))
                .singleElement()
                .asString()
                .matches("DEBUG Duplex \\S{8}\\.\\.\\. of dialect 1 ended cleanly after \\d+ ms:"
                        + " 100 bytes up, 100 bytes down");
        assertThat(linesOf(resumableId))
                .singleElement()
                .asString()
                .matches("DEBUG Duplex \\S{8}\\.\\.\\. of dialect 2 ended cleanly after \\d+ ms:"
                        + " 1000 bytes up, 1000 bytes down");
        assertThat(linesOf(resetId))
                .singleElement()
                .asString()
                .matches("DEBUG Duplex \\S{8}\\.\\.\\. of dialect 2 failed with APPLICATION \\(777\\) after \\d+ ms:"
                        + " 0 bytes up, 0 bytes down");
        assertThat(lines).noneMatch(line -> line.contains(plainId) || line.contains(resumableId));
    }

    @Test
    void ofManyHandlersThatFailAFewAreLoggedAsErrors() throws IOException {
        int count = 5 * 10;
        try (TestServer server = TestServer.start(duplex -> {
                    throw new IllegalStateException("as the test wants it");
                });
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < count; i++) {
                client.send("GET", false, Resumable.headers()).ending();
            }
            Await.until("all are logged", () -> failures("").size() == count);
        }
        assertThat(failures("ERROR")).hasSizeBetween(10, count - 1);
        assertThat(failures("DEBUG")).isNotEmpty();
    }

    private List<String> failures(String level) {
        return lines.stream()
                .filter(line -> line.startsWith(level) && line.contains("The handler of duplex"))
                .toList();
    }
}
