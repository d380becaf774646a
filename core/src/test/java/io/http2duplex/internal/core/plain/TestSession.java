package io.http2duplex.internal.core.plain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
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
    static final SessionLimits LIMITS = new SessionLimits(BOUND, BOUND, 30, 4, LINGER, STALL, 0, 0, BOUND, 0);

    final PlainSession session = new PlainSession(LIMITS, () -> downloadWoken = true);
    final Download download = session.download();
    private final List<PlainUpload> opened = new ArrayList<>();
    /** The uploads whose carriers the last effects woke. */
    final List<PlainUpload> woken = new ArrayList<>();
    /** Whether the last effects woke the carrier of the download. */
    boolean downloadWoken;

    /** Close to the largest value of the clock, which overflows in the middle of a test. */
    long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    TestSession() {
        download.taken(1, now); // the first byte
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }

    PlainUpload open(UploadKind kind) {
        return open(kind, -1);
    }

    PlainUpload open(UploadKind kind, long contentLength) {
        int index = opened.size();
        opened.add(session.openUpload(kind, contentLength, now, () -> woken.add(opened.get(index))));
        return opened.get(index);
    }

    void receive(PlainUpload upload, String text) {
        upload.received(bytes(text), now);
    }

    void complete(PlainUpload upload) {
        upload.completed(now);
    }

    /** A POST that comes whole. */
    PlainUpload post(UploadKind kind, String text) {
        PlainUpload upload = open(kind, text.length());
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
        while (taken.length() < count && download.next(now) == DownloadStep.WRITE) {
            ByteBuffer bytes = requireNonNull(download.peek());
            bytes.limit(bytes.position() + Math.min(bytes.remaining(), count - taken.length()));
            taken.append(text(bytes));
            download.taken(bytes.remaining(), now);
        }
        return taken.toString();
    }

    void endDownload() {
        session.end();
        assertThat(download.next(now)).isEqualTo(DownloadStep.END);
        download.ended(now);
    }

    Effects effects() {
        woken.clear();
        downloadWoken = false;
        Effects effects = session.takeEffects();
        effects.ready().forEach(Runnable::run);
        return effects;
    }

    /** {@return the uploads whose carriers the next effects wake} */
    List<PlainUpload> wokenUploads() {
        effects();
        return List.copyOf(woken);
    }

    /** {@return whether the next effects wake the carrier of the download} */
    boolean isDownloadWoken() {
        effects();
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

    static void assertTaken(PlainUpload upload) {
        assertThat(upload.outcome()).isEqualTo(UploadOutcome.TAKEN);
    }

    static void assertUndecided(PlainUpload upload) {
        assertThat(upload.outcome()).isNull();
    }

    static void assertRefused(PlainUpload upload, int status, String slug) {
        Problem problem = problem(upload);
        assertThat(problem.status() + " " + problem.type()).isEqualTo(status + " urn:http2-duplex:problem:" + slug);
    }

    static Problem problem(PlainUpload upload) {
        return requireNonNull(requireNonNull(upload.outcome(), "outcome").problem(), "problem");
    }
}
