package io.http2duplex.internal.core.plain;

/** The kinds of upload ({@code docs/protocol.md}, section "Uploads"). */
public enum UploadKind {
    /** The body is the next chunk; more may follow in other POSTs. */
    CHUNK(false),
    /** One body of any length for everything that the client will write; its end is the client's end. */
    SINGLE(true),
    /** The client ends its side, after the body's bytes if there are any. */
    END(true),
    /** The client has destroyed the duplex: both directions go. */
    DESTROY(true);

    private final boolean last;

    UploadKind(boolean last) {
        this.last = last;
    }

    /** {@return whether the client's side ends with this upload} */
    public boolean isLast() {
        return last;
    }
}
