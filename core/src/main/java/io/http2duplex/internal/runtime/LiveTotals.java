package io.http2duplex.internal.runtime;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.resumable.ResumableSession;

/**
 * Totals over live sessions.
 *
 * @param plain how many are of dialect 1
 * @param resumable how many are of dialect 2
 * @param oneRequest how many are of one request
 * @param detached how many of dialect 2 wait for their clients to resume them
 * @param typed how many of dialect 2 have typed streams as downloads
 * @param polling how many of dialect 2 poll
 * @param onSockets how many of dialect 2 are on WebSockets
 * @param heldInput bytes from clients that are held
 * @param heldOutput bytes from the application that are held
 * @param uploadWindows how many more bytes clients may send now, dialect 2
 * @param downloadWindows how many more bytes may be sent to clients now, dialect 2
 */
public record LiveTotals(
        int plain,
        int resumable,
        int oneRequest,
        int detached,
        int typed,
        int polling,
        int onSockets,
        long heldInput,
        long heldOutput,
        long uploadWindows,
        long downloadWindows) {
    /** The totals over no session. */
    public static final LiveTotals NONE = new LiveTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** {@return the totals over one session, whose lock is held} */
    public static LiveTotals of(Session session) {
        if (session instanceof ResumableSession resumable) {
            return new LiveTotals(
                    0,
                    1,
                    0,
                    resumable.isAttached() || resumable.isFinished() ? 0 : 1,
                    resumable.downloadMode() == DownloadMode.TYPED ? 1 : 0,
                    resumable.downloadMode() == DownloadMode.POLLING ? 1 : 0,
                    resumable.downloadMode() == DownloadMode.WEBSOCKET ? 1 : 0,
                    resumable.heldInput(),
                    resumable.heldOutput(),
                    resumable.uploadWindow(),
                    resumable.downloadWindow());
        }
        int oneRequest = session.dialect() == Dialect.ONE_REQUEST ? 1 : 0;
        return new LiveTotals(
                1 - oneRequest, 0, oneRequest, 0, 0, 0, 0, session.heldInput(), session.heldOutput(), 0, 0);
    }

    public LiveTotals plus(LiveTotals other) {
        return new LiveTotals(
                plain + other.plain,
                resumable + other.resumable,
                oneRequest + other.oneRequest,
                detached + other.detached,
                typed + other.typed,
                polling + other.polling,
                onSockets + other.onSockets,
                heldInput + other.heldInput,
                heldOutput + other.heldOutput,
                uploadWindows + other.uploadWindows,
                downloadWindows + other.downloadWindows);
    }
}
