package io.http2duplex.protocol;

import java.util.ArrayList;
import java.util.List;

/** Where the parts of a session note what has become worth looking at, until {@link #take}. */
final class SignalBoard {
    boolean input;
    boolean output;
    boolean download;
    boolean deadline;
    boolean over;
    private List<Upload> uploads = List.of();

    void upload(Upload upload) {
        if (uploads.isEmpty()) {
            uploads = new ArrayList<>(2);
        }
        uploads.add(upload);
    }

    Signals take() {
        if (!input && !output && !download && !deadline && !over && uploads.isEmpty()) {
            return Signals.NONE;
        }
        Signals signals = new Signals(input, output, download, deadline, over, uploads);
        input = false;
        output = false;
        download = false;
        deadline = false;
        over = false;
        uploads = List.of();
        return signals;
    }
}
