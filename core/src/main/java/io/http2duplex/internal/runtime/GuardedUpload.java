package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The sink of one request body, made safe for its carrier. No method blocks. */
public final class GuardedUpload {
    private final GuardedSession<?> session;
    private final Upload upload;

    public GuardedUpload(GuardedSession<?> session, Upload upload) {
        this.session = session;
        this.upload = upload;
    }

    /** {@return how many bytes may be handed over now; 0: wait to be woken; {@link Upload#DECIDED}: see {@link #outcome}} */
    public int room() {
        return session.ask(state -> upload.room());
    }

    /**
     * Bytes have come, which are the caller's again afterwards. Their effects may wait for {@link #settle}.
     *
     * @return what {@link #room} would return now
     */
    public int received(ByteBuffer bytes) {
        return session.ask(state -> {
            upload.received(bytes, System.nanoTime());
            return upload.room();
        });
    }

    /** {@return whether the sink keeps bytes as they come, so that {@link #given} spares a copy} It is always the same. */
    public boolean keepsBuffers() {
        return upload.keepsBuffers();
    }

    /** As {@link #received}, in a buffer that is no longer the caller's. */
    public int given(ByteBuffer bytes) {
        return session.ask(state -> {
            upload.given(bytes, System.nanoTime());
            return upload.room();
        });
    }

    /** Acts on the effects of what was received: wakes the application. */
    public void settle() {
        session.settle();
    }

    /** The body has come to its end. */
    public void completed() {
        session.tell(state -> upload.completed(System.nanoTime()));
    }

    /** The body was cut: the rest will not come. {@code how} is for a person. */
    public void cut(String how, @Nullable Throwable cause) {
        session.tell(state -> upload.cut(how, cause, System.nanoTime()));
    }

    /** The body makes no progress. {@code how} tells a person what was awaited in vain, and which limit that is. */
    public void timedOut(String how) {
        session.tell(state -> upload.timedOut(how, System.nanoTime()));
    }

    /** {@return how to answer; null as long as that is undecided} */
    public @Nullable UploadOutcome outcome() {
        return session.ask(state -> upload.outcome());
    }
}
