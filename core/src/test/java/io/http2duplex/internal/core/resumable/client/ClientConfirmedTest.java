package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the first WINDOW of a download confirms, after others. */
@Timeout(10)
class ClientConfirmedTest {
    private final TestClient client = new TestClient(false, DownloadMode.STREAMING);
    private ClientDownload download = client.begin();
    private ClientUpload upload;

    @BeforeEach
    void fiftyOfSixtyAreConfirmed() {
        client.write(60);
        upload = client.upload();
        assertThat(frames(upload)).containsExactly("DATA 0 60");
        window(download, 50);
    }

    private void window(ClientDownload on, long confirmed) {
        client.receive(on, new FrameEncoder().window(confirmed, WINDOW));
    }

    private ClientDownload attach() {
        ClientDownload next = client.session.opened(client.attempt(), false, client.now);
        client.hello(next);
        return next;
    }

    private void resume() {
        client.cut(download);
        client.fail(upload);
        client.pass(SECOND);
        download = attach();
    }

    @Test
    void aServerThatLacksBytesThatItHadConfirmedCanNeverGetThem() {
        resume();
        window(download, 49);
        assertThat(client.failure().code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        assertThat(client.failure().reason()).isEqualTo("The server lacks bytes that it had confirmed.");
    }

    @Test
    void aServerThatHasThemGoesOn() {
        resume();
        window(download, 50);
        assertThat(client.session.failure()).isNull();
        assertThat(frames(client.upload())).contains("DATA 50 10");
    }

    @Test
    void aWindowThatComesLateContradictsNothing() {
        window(download, 40);
        assertThat(client.session.failure()).isNull();
    }

    @Test
    void aWindowOnADownloadThatAnotherMayHaveOvertakenContradictsNothing() {
        client.rotate(download);
        client.pass(SECOND);
        window(attach(), 40);
        assertThat(client.session.failure()).isNull();
    }

    /** The answer to a POST may overtake a WINDOW that was sent before. */
    @Test
    void aWindowThatTheAnswerToAPostHasOvertakenContradictsNothing() {
        client.session.end();
        ClientUpload end = client.upload();
        assertThat(frames(end)).containsExactly("END 60");
        client.cut(download);
        client.pass(SECOND);
        Attempt attempt = client.attempt();
        client.processed(upload);
        client.processed(end);
        assertThat(client.session.isOutputEnded()).isTrue();
        download = client.session.opened(attempt, false, client.now);
        client.hello(download);
        window(download, 50);
        assertThat(client.session.failure()).isNull();
    }
}
