package io.http2duplex.internal.servlet;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * An answer to an exchange, with a plain status or a problem. Its body does not block the thread that writes it: a peer may
 * take nothing.
 */
final class Answer implements WriteListener {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    private enum Step {
        WRITE,
        FLUSH,
        CLOSE
    }

    private final ServletExchange owner;
    private final ContainerStreams streams;
    private byte[] body = {};
    private Step next = Step.WRITE;

    Answer(ServletExchange owner, ContainerStreams streams) {
        this.owner = owner;
        this.streams = streams;
    }

    /** Answers. Called once, by a task of the exchange. */
    void send(UploadOutcome outcome) throws IOException {
        Problem problem = outcome.problem();
        streams.setField("Cache-Control", "no-store");
        streams.setField("X-Content-Type-Options", "nosniff");
        if (problem == null) {
            boolean taken = outcome.kind() == UploadOutcome.Kind.TAKEN;
            streams.setStatus(taken ? OK : NO_CONTENT);
            if (taken) {
                streams.setLength(0);
            }
            if (streams.isInputFinished()) { // the usual case: nothing is left to do, and the container needs no more
                // turns
                owner.responded();
            } else {
                next = Step.FLUSH;
                streams.setWriteListener(this);
            }
            return;
        }
        if (problem.retryAfter() > 0) {
            streams.setField("Retry-After", Integer.toString(problem.retryAfter()));
        }
        body = json(problem);
        streams.setStatus(problem.status());
        streams.setField("Content-Type", "application/problem+json");
        streams.setLength(body.length);
        streams.setWriteListener(this);
    }

    private static byte[] json(Problem problem) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject()
                    .writeStringProperty("type", problem.type())
                    .writeStringProperty("title", problem.title())
                    .writeNumberProperty("status", problem.status())
                    .writeStringProperty("detail", problem.detail());
            if (problem.number() != null) {
                json.writeNumberProperty("number", problem.number().intValue());
            }
            if (problem.reason() != null) {
                json.writeStringProperty("reason", problem.reason());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    @Override
    public void onWritePossible() {
        owner.execute(() -> CarrierThreads.blocking(this::write));
    }

    private void write() {
        try {
            while (streams.isWritable()) {
                switch (next) {
                    case WRITE -> {
                        next = Step.FLUSH;
                        streams.write(body);
                    }
                    case FLUSH -> {
                        next = Step.CLOSE;
                        streams.flush();
                    }
                    case CLOSE -> {
                        streams.closeOutput();
                        owner.responded();
                        return;
                    }
                }
            }
        } catch (IOException | RuntimeException e) { // the latter: what containers throw when a request has ended
            owner.breakOff();
        }
    }

    @Override
    public void onError(Throwable failure) {
        owner.lost(failure);
    }
}
