package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexObserver;
import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.ClientCore;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.FrameUpload;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Observers;
import io.http2duplex.internal.runtime.ResumableBrowser;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.UserThreads;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a session of dialect 2 costs while nothing is under way. */
class IdleSessionTest {
    private static final int COUNT = 5_000;
    private static final int MAX_BYTES = 3072;

    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    private static final DuplexRequest REQUEST = null;

    private final UserThreads threads = UserThreads.of(Runnable::run);
    private final Monitoring monitoring = new Monitoring();
    private final Observers observers = new Observers(new DuplexObserver() {}, threads, monitoring.observerFailures);
    private final DuplexContext context =
            new DuplexContext("downloadBufferSize", threads, monitoring, observers, Scheduler.SHARED, () -> false);
    private final MemoryBudget budget = new MemoryBudget(1 << 20);

    @Test
    void anIdleEchoThatHasCarriedBytesCostsLessThan3KiB() {
        SessionRegistry sessions = new SessionRegistry(new EndedSessions(0, System::nanoTime, Scheduler.SHARED), "");
        open(sessions);
        long before = usedAfterCollection();
        for (int i = 0; i < COUNT; i++) {
            open(sessions);
        }
        long each = (usedAfterCollection() - before) / COUNT;

        assertThat(sessions.count()).isEqualTo(COUNT + 1);
        assertThat(each).as("bytes of heap").isBetween(500L, (long) MAX_BYTES);
        sessions.drain().forEach(SessionDuplex::reset);
    }

    private void open(SessionRegistry sessions) {
        ResumableSession session = new ResumableSession(SimulatedHost.LIMITS, budget, System.nanoTime());
        SessionDuplex<ResumableSession> duplex =
                new SessionDuplex<>(SessionId.next(""), REQUEST, session, context, failure -> {});
        sessions.add(duplex, null);
        duplex.opened();
        DownloadAttachment attachment = duplex.session()
                .tellFor(state -> state.attach(
                        0, 0, ResumableBrowser.WINDOW, DownloadWay.STREAMING, System.nanoTime(), () -> {}));
        duplex.input().subscribe(duplex.output());
        ClientCore client = new ClientCore(ResumableBrowser.WINDOW);
        client.write(new byte[1000]);
        GuardedDownload download = new GuardedDownload(duplex.session(), attachment);
        while (client.available() < 1000 || client.confirmed() < 1000) {
            client.ping();
            post(duplex, Objects.requireNonNull(client.nextPost()));
            while (download.next() == DownloadStep.WRITE) {
                ByteBuffer bytes = download.bytes();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                client.received(copy);
                download.taken(copy.length);
            }
        }
    }

    private static void post(SessionDuplex<ResumableSession> duplex, byte[] frames) {
        FrameUpload upload = duplex.session().tellFor(state -> state.openUpload(System.nanoTime(), () -> {}));
        GuardedUpload sink = new GuardedUpload(duplex.session(), upload);
        sink.received(ByteBuffer.wrap(frames));
        sink.completed();
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
