package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An upload that is fast, and costs more than it brings, leaves the others of its I/O thread their share. */
class HostileUploadTest {
    private static final int HOSTILE = 4;

    @ParameterizedTest
    @EnumSource
    void uploadsThatNeverEndLeaveOthersTheirTurns(Transport transport) throws IOException, InterruptedException {
        byte[][] one = new byte[8192][];
        Arrays.fill(one, Frames.data(0, bytes(1)));
        byte[] many = Frames.together(one);
        List<Thread> writers = new ArrayList<>();
        try (TestServer server = TestServer.start(TestServer::echo);
                Client hostile = Client.connect(transport, server);
                Client good = Client.connect(transport, server)) {
            for (int i = 0; i < HOSTILE; i++) {
                Request endless = hostile.send(
                        "POST", true, endless(Resumable.get(hostile).id(), transport));
                writers.add(new Thread(() -> writeUntilClosed(endless, many)));
            }
            writers.forEach(Thread::start);
            for (int i = 0; i < 2 * HOSTILE; i++) { // over HTTP/1.1 each has other connections, and so other threads
                Resumable resumable = Resumable.open(good);
                resumable.write(bytes(1000));
                assertThat(resumable.read(1000)).isEqualTo(bytes(1000));
            }
        }
        for (Thread writer : writers) {
            writer.join();
        }
    }

    /** A length, since Undertow cuts bodies in chunks. */
    private static String[] endless(String id, Transport transport) {
        return transport.http2
                ? Resumable.headers("http2-duplex-id", id)
                : Resumable.headers("http2-duplex-id", id, "content-length", "1000000000000");
    }

    private static void writeUntilClosed(Request endless, byte[] frames) {
        try {
            while (true) {
                endless.write(frames);
            }
        } catch (IOException e) {
            // the test is over
        }
    }
}
