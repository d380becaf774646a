package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.resumable.ClientCore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A duplex of dialect 2, its client's side: it reads and posts on the test's thread, when the test asks it to. */
final class Resumable {
    private static final int WINDOW = 64 * 1024;

    final ClientCore core = new ClientCore(WINDOW);
    private Client client;
    private Request download;
    private long attempt;
    /** Null: it is not on a socket. */
    private @Nullable WebSocketClient socket;

    private Resumable(Client client, Request download) {
        this.client = client;
        this.download = download;
    }

    /** {@return the headers of a request of dialect 2, before others} */
    static String[] headers(String... others) {
        String[] all = Arrays.copyOf(new String[] {"http2-duplex-version", "2"}, others.length + 2);
        System.arraycopy(others, 0, all, 2, others.length);
        return all;
    }

    static Request get(Client client, String... others) throws IOException {
        return client.send("GET", false, headers(others));
    }

    /** Sends a whole POST. */
    static Request post(Client client, String id, byte[]... frames) throws IOException {
        byte[] body = Frames.together(frames);
        String[] headers = client instanceof Http2Client
                ? headers("http2-duplex-id", id, "content-length", "" + body.length) // as browsers do
                : headers("http2-duplex-id", id);
        Request post = client.send("POST", true, headers);
        if (body.length > 0) {
            post.write(body);
        }
        return post.end();
    }

    /** Asks to resume a duplex. */
    static Request attach(Client client, String id, long attempt, long offset, String... others) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "http2-duplex-id", id, "http2-duplex-attach", "" + attempt, "http2-duplex-offset", "" + offset));
        all.addAll(List.of(others));
        return get(client, all.toArray(String[]::new));
    }

    static Resumable open(Client client, String... headers) throws IOException {
        return opened(client, get(client, headers));
    }

    static Resumable opened(Client client, Request download) {
        assertThat(download.status()).isEqualTo(200);
        assertThat(download.header("http2-duplex-version")).isEqualTo("2");
        return new Resumable(client, download);
    }

    String id() {
        return download.id();
    }

    Request download() {
        return download;
    }

    /** Goes on by another client, or the same one again, wherever the earlier download may be. */
    void resume(Client by) throws IOException {
        client = by;
        socket = null;
        begin(attachAgain());
        core.attached();
        core.postsLost();
    }

    /** {@return ATTACH for this duplex, with the ticket that its last download has brought} */
    byte[] attachFrame() {
        while (core.ticket() == null) {
            pump();
        }
        return core.attach(++attempt, core.ticket());
    }

    /** Goes on by a socket, wherever the download may be. */
    void move(WebSocketClient to) throws IOException {
        to.send(attachFrame());
        moved(to);
    }

    /** Goes on by a socket on which ATTACH was sent. */
    void moved(WebSocketClient to) {
        socket = to;
        core.attached();
        core.postsLost();
    }

    /** Goes on by another download. */
    void begin(Request next) {
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.header("http2-duplex-id")).isEqualTo(id());
        download = next;
    }

    /** {@return a GET that asks for another download by these header fields, and may wait for its answer} */
    Request attachAgain(String... others) throws IOException {
        List<String> all = new ArrayList<>(List.of("http2-duplex-limit", "" + core.downloadLimit()));
        all.addAll(List.of(others));
        return attach(client, id(), ++attempt, core.downloadOffset(), all.toArray(String[]::new));
    }

    /** {@return another poll, which may wait so many milliseconds} */
    Request poll(long wait) throws IOException {
        return attachAgain("http2-duplex-poll", "" + wait);
    }

    /** Takes the whole answer to a poll. {@return its body} */
    byte[] answer(Request poll) {
        begin(poll);
        byte[] body = poll.readToEnd();
        assertThat(poll.header("content-length")).isEqualTo("" + body.length);
        core.received(body);
        return body;
    }

    /** Sends what must be sent and may be sent now. */
    void post() throws IOException {
        for (byte[] body = core.nextPost(); body != null; body = core.nextPost()) {
            if (socket != null) {
                socket.send(body);
            } else {
                assertThat(post(client, id(), body).status()).isEqualTo(204);
            }
        }
    }

    /** Takes what comes of the download, at least a byte of it. */
    void pump() {
        try {
            core.received(socket == null ? download.readSome() : socket.receive());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes these bytes, and posts them as far as the server takes them. */
    void write(byte[] bytes) throws IOException {
        core.write(bytes);
        post();
    }

    /** {@return the next bytes that the application wrote, which are all there are} Posts what must be posted. */
    byte[] read(int count) throws IOException {
        byte[] bytes = readAtLeast(count);
        assertThat(bytes).hasSize(count);
        return bytes;
    }

    /** {@return the next bytes that the application wrote} */
    byte[] readAtLeast(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        post();
        while (all.size() < count) {
            ByteBuffer bytes = core.poll();
            if (bytes == null) {
                post();
                pump();
            } else {
                all.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            }
        }
        post();
        return all.toByteArray();
    }

    /** Ends the client's side, and waits until both have ended. */
    void end() throws IOException {
        core.end();
        while (!core.isOver()) {
            post();
            pump();
        }
        post();
    }

    /** Reads on until the server has reset the duplex. {@return the number} */
    int awaitReset() {
        while (core.resetNumber() == null) {
            pump();
        }
        return core.resetNumber();
    }
}
