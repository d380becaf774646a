package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import org.junit.jupiter.api.Test;

/** Memory of a client's session that may be used again, and when it is released. */
class ClientMemoryTest {
    private final TestClient client = new TestClient(false, DownloadMode.STREAMING);
    private final ClientSession session = client.session;

    private void writeAndConfirm() {
        client.heartbeatSeconds = 0;
        ClientDownload download = client.begin();
        client.write(8_000);
        ClientUpload post = client.upload();
        client.timerTold();
        assertThat(client.spares.isEmpty()).isTrue();
        client.receive(download, new FrameEncoder().window(8_000, 8_000));
        client.processed(post);
        assertThat(client.spares.isEmpty()).isFalse();
        assertThat(client.timerTold()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + SECOND);
    }

    @Test
    void whatWasNotUsedForASecondIsReleased() {
        writeAndConfirm();
        client.pass(2 * SECOND - 1);
        assertThat(client.spares.isEmpty()).isFalse();
        client.pass(1);
        assertThat(client.spares.isEmpty()).isTrue();
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void theEndReleasesItAtOnce() {
        writeAndConfirm();
        session.reset(Failure.application(300, "because"));
        assertThat(client.spares.isEmpty()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + 6 * SECOND);
    }
}
