package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.TestResumable.FIRST;
import static io.http2duplex.internal.core.resumable.TestResumable.HEARTBEAT;
import static io.http2duplex.internal.core.resumable.TestResumable.SECOND;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A session at its server: sockets and their tickets, POSTs that are too many, and its end. */
class ResumableSessionTest {
    private static final Ticket TICKET = new Ticket(1, 2);

    private final TestResumable test = new TestResumable(TestResumable.LIMITS, new MemoryBudget(0), 100 * SECOND);
    private final ResumableSession session = test.session;

    private DownloadAttachment attach(long number, long offset, DownloadWay way) {
        return session.attach(number, offset, 0, way, test.now, () -> {});
    }

    private DownloadAttachment attachSocket(long number, Ticket ticket) {
        return session.attachSocket(new Attach(number, 0, FIRST, ticket), test.now, () -> {});
    }

    private static Problem problem(DownloadAttachment refused) {
        return requireNonNull(refused.problem());
    }

    private boolean woken(int before) {
        session.takeEffects().ready().forEach(Runnable::run);
        return test.wakeUps > before;
    }

    // ---- sockets

    @Test
    void aTicketIsGoodForOneAttachThatSucceeds() {
        assertThat(problem(attachSocket(1, TICKET)).type())
                .as("none was issued")
                .isEqualTo(Problem.unknownTicket().type());
        session.issue(TICKET);
        assertThat(session.ticket()).isEqualTo(TICKET);
        assertThat(problem(attachSocket(1, new Ticket(1, 3))).type())
                .isEqualTo(Problem.unknownTicket().type());
        assertThat(problem(attachSocket(0, TICKET)).type())
                .isEqualTo(Problem.staleAttach().type());
        assertThat(session.ticket()).isEqualTo(TICKET);
        assertThat(session.downloadMode()).isEqualTo(DownloadMode.STREAMING);

        assertThat(attachSocket(1, TICKET).problem()).isNull();
        assertThat(session.ticket()).isNull();
        assertThat(session.downloadMode()).isEqualTo(DownloadMode.WEBSOCKET);
        assertThat(problem(attachSocket(2, TICKET)).type())
                .isEqualTo(Problem.unknownTicket().type());
    }

    @Test
    void aTicketIsGoodUntilAnotherDownloadIsAttached() {
        session.issue(TICKET);
        assertThat(attach(1, 0, new DownloadWay(DownloadMode.POLLING, 0)).problem())
                .isNull();
        assertThat(session.ticket()).isNull();
        assertThat(session.downloadMode()).isEqualTo(DownloadMode.POLLING);
        assertThat(problem(attachSocket(2, TICKET)).type())
                .isEqualTo(Problem.unknownTicket().type());
    }

    @Test
    void aSocketOfASessionThatIsOverIsToldSo() {
        session.issue(TICKET);
        session.reset(Failure.application(300, "enough"));
        assertThat(problem(attachSocket(1, TICKET)).number()).isEqualTo(300);
        UploadOutcome outcome =
                requireNonNull(session.openSocketUpload(test.now).outcome());
        assertThat(requireNonNull(outcome.problem()).number()).isEqualTo(300);
    }

    @Test
    void whatComesOnASocketCountsAsNoPost() {
        FrameUpload socket = session.openSocketUpload(test.now);
        assertThat(socket.outcome()).isNull();
        for (int i = 0; i < TestResumable.LIMITS.maxOpenUploads(); i++) {
            assertThat(session.openUpload(test.now, () -> {}).outcome()).isNull();
        }
        socket.received(new FrameEncoder().end(0).take(), test.now);
        assertThat(session.isInputAtEnd()).isTrue();
    }

    // ---- POSTs

    @Test
    void thePostThatWasSilentForTheLongestGivesWay() {
        FrameUpload first = session.openUpload(test.now, () -> {});
        FrameUpload silent = session.openUpload(test.now, () -> test.wakeUps++);
        test.pass(1);
        first.received(new FrameEncoder().pong(1).take(), test.now);
        session.openUpload(test.now, () -> {});
        session.openUpload(test.now, () -> {});
        FrameUpload early = session.openUpload(test.now, () -> {});
        assertThat(requireNonNull(requireNonNull(early.outcome()).problem()).status())
                .isEqualTo(429);
        test.pass(HEARTBEAT - 1);
        int before = test.wakeUps;
        assertThat(session.openUpload(test.now, () -> {}).outcome()).isNull();
        assertThat(first.outcome()).isNull();
        Problem problem = requireNonNull(requireNonNull(silent.outcome()).problem());
        assertThat(problem.status()).isEqualTo(408);
        assertThat(problem.detail()).contains("more than 15000 ms");
        assertThat(woken(before)).isTrue();
    }

    // ---- the end

    private static ByteBuffer frames(FrameEncoder frames) {
        return frames.take();
    }

    private UploadOutcome post(FrameEncoder frames) {
        return requireNonNull(test.post(Vectors.bytes(frames(frames))));
    }

    @Test
    void whatFollowsACleanEndInItsPostMeansNothing() {
        session.end();
        test.carry();
        assertThat(post(new FrameEncoder().end(0).window(1, FIRST).reset(300, "late")))
                .isEqualTo(UploadOutcome.PROCESSED);
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
    }

    @Test
    void soItIsIfTheEndComesAfterTheConfirmation() {
        session.end();
        test.carry();
        post(new FrameEncoder().window(1, FIRST).end(0).reset(300, "late"));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
    }

    /** Its WINDOW was lost; the offset of a resuming GET says the same. */
    @Test
    void aResumingGetMayConfirmTheLastEnd() {
        session.end();
        test.carry();
        post(new FrameEncoder().end(0));
        assertThat(session.isFinished()).isFalse();
        test.download.lost(null, test.now);
        DownloadAttachment last = attach(1, 1, DownloadWay.STREAMING);
        assertThat(last.problem()).isNull();
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
        while (last.next(test.now) == DownloadStep.WRITE) {
            last.taken(requireNonNull(last.peek()).remaining(), test.now);
        }
        assertThat(last.next(test.now)).isEqualTo(DownloadStep.END);
    }
}
