package io.http2duplex.wire;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An observer that records how a download goes on, and how the duplex ends. */
final class RecordedCalls implements DuplexObserver {
    final List<String> calls = new CopyOnWriteArrayList<>();

    @Override
    public void attached(Duplex duplex, DownloadMode mode) {
        calls.add("attached " + mode);
    }

    @Override
    public void resumed(Duplex duplex, DownloadMode mode) {
        calls.add("resumed " + mode);
    }

    @Override
    public void detached(Duplex duplex, Detachment why) {
        calls.add("detached");
    }

    @Override
    public void ended(Duplex duplex, @Nullable DuplexException failure) {
        calls.add("ended " + failure);
    }
}
