package io.http2duplex.protocol;

import java.util.List;

/**
 * What the calls to a session made worth looking at. Each is a hint to look at the session's state again, so it does no
 * harm to act on one late, twice, or in another order than another thread acts on its own.
 *
 * @param input the application has something to read, or the input has ended or failed
 * @param output the application has room to write, or the output has ended or failed
 * @param download the download has something to send, an end or a break
 * @param deadline the time at which the session wants {@link Session#timeIs} changed
 * @param over the session is over: it is to be forgotten
 * @param uploads POSTs that may be read on or are to be answered
 */
public record Signals(
        boolean input, boolean output, boolean download, boolean deadline, boolean over, List<Upload> uploads) {
    static final Signals NONE = new Signals(false, false, false, false, false, List.of());
}
