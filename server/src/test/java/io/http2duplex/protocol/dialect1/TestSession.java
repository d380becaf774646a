package io.http2duplex.protocol.dialect1;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.Signals;
import io.http2duplex.protocol.UploadOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session with small bounds, a clock that the test sets, and text for bytes. */
final class TestSession {
    static final int BOUND = 10;
    static final long LINGER = Duration.ofSeconds(2).toNanos();
    static final long STALL = Duration.ofSeconds(5).toNanos();
    static final Limits LIMITS = new Limits(BOUND, BOUND, 30, 4, LINGER, STALL, 0, 0, BOUND, 0);

    final PlainSession session = new PlainSession(LIMITS, () -> downloadWoken = true);
    private final List<Upload> opened = new ArrayList<>();
    /** The uploads whose carriers the last signals woke. */
    final List<Upload> woken = new ArrayList<>();
    /** Whether the last signals woke the carrier of the download. */
    boolean downloadWoken;

    /** Close to the largest value of the clock, which overflows in the middle of a test. */
    long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }

    Upload open(UploadKind kind) {
        return open(kind, -1);
    }

    Upload open(UploadKind kind, long contentLength) {
        int index = opened.size();
        opened.add(session.openUpload(kind, contentLength, now, () -> woken.add(opened.get(index))));
        return opened.get(index);
    }

    void receive(Upload upload, String text) {
        session.received(upload, bytes(text));
    }

    void complete(Upload upload) {
        session.completed(upload, now);
    }

    /** A POST that comes whole. */
    Upload post(UploadKind kind, String text) {
        Upload upload = open(kind, text.length());
        receive(upload, text);
        complete(upload);
        return upload;
    }

    void write(String text) {
        session.write(bytes(text));
    }

    /** {@return everything that the application can read now} */
    String read() {
        StringBuilder read = new StringBuilder();
        for (ByteBuffer bytes = session.pollInput(); bytes != null; bytes = session.pollInput()) {
            read.append(text(bytes));
        }
        return read.toString();
    }

    /** {@return up to that many bytes} */
    String read(int count) {
        ByteBuffer target = ByteBuffer.allocate(count);
        session.readInput(target);
        return text(target.flip());
    }

    /** The transport takes up to that many bytes. {@return them} */
    String take(int count) {
        StringBuilder taken = new StringBuilder();
        while (taken.length() < count && session.nextDownload() == DownloadStep.WRITE) {
            ByteBuffer bytes = requireNonNull(session.peekDownload());
            bytes.limit(bytes.position() + Math.min(bytes.remaining(), count - taken.length()));
            taken.append(text(bytes));
            session.downloadTaken(bytes.remaining());
        }
        return taken.toString();
    }

    void endDownload() {
        session.end();
        assertThat(session.nextDownload()).isEqualTo(DownloadStep.END);
        session.downloadEnded(now);
    }

    Signals signals() {
        woken.clear();
        downloadWoken = false;
        Signals signals = session.takeSignals();
        signals.ready().forEach(Runnable::run);
        return signals;
    }

    /** {@return the uploads whose carriers the next signals wake} */
    List<Upload> wokenUploads() {
        signals();
        return List.copyOf(woken);
    }

    /** {@return whether the next signals wake the carrier of the download} */
    boolean isDownloadWoken() {
        signals();
        return downloadWoken;
    }

    void pass(long nanos) {
        now += nanos;
        session.timeIs(now);
    }

    @Nullable
    ErrorCode failure() {
        Failure failure = session.failure();
        return failure == null ? null : failure.code();
    }

    static void assertTaken(Upload upload) {
        assertThat(upload.outcome()).isEqualTo(UploadOutcome.OK);
    }

    static void assertUndecided(Upload upload) {
        assertThat(upload.outcome()).isNull();
    }

    static void assertRefused(Upload upload, int status, String slug) {
        Problem problem = problem(upload);
        assertThat(problem.status() + " " + problem.type()).isEqualTo(status + " urn:http2-duplex:problem:" + slug);
    }

    static Problem problem(Upload upload) {
        return requireNonNull(requireNonNull(upload.outcome(), "outcome").problem(), "problem");
    }
}
