package io.http2duplex;

import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect2.ResumableSession;

/** Sums over the sessions of a handler, which are looked at one after the other, each under its own lock. */
final class Survey {
    int detached;
    long heldInput;
    long heldOutput;
    long uploadWindows;
    long downloadWindows;

    Survey(Sessions<PlainSession> dialect1, Sessions<ResumableSession> dialect2) {
        dialect1.all().forEach(duplex -> duplex.session().look(this::add));
        dialect2.all().forEach(duplex -> duplex.session().look(this::addResumable));
    }

    private void add(Session session) {
        heldInput += session.heldInput();
        heldOutput += session.heldOutput();
    }

    private void addResumable(ResumableSession session) {
        add(session);
        detached += session.isAttached() || session.isOver() ? 0 : 1;
        uploadWindows += session.uploadWindow();
        downloadWindows += session.downloadWindow();
    }
}
