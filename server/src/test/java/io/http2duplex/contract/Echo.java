package io.http2duplex.contract;

import static java.util.Objects.requireNonNull;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The same application, an echo, through every pair of faces. It ends its side after the peer has ended its own. */
public enum Echo implements DuplexCallback {
    FLOW_TO_FLOW {
        @Override
        public void onDuplex(Duplex duplex) {
            duplex.input().subscribe(duplex.output());
        }
    },
    FLOW_TO_STREAM {
        @Override
        public void onDuplex(Duplex duplex) {
            OutputStream output = duplex.outputStream();
            duplex.input().subscribe(new Each(duplex) {
                @Override
                void take(ByteBuffer bytes) throws Exception {
                    byte[] array = new byte[bytes.remaining()];
                    bytes.get(array);
                    output.write(array);
                    next();
                }
            });
        }
    },
    FLOW_TO_SEND {
        @Override
        public void onDuplex(Duplex duplex) {
            duplex.input().subscribe(new Each(duplex) {
                @Override
                void take(ByteBuffer bytes) {
                    duplex.send(bytes).whenComplete((nothing, thrown) -> {
                        if (thrown == null) {
                            next();
                        } else {
                            duplex.reset(1000, "a send failed: " + thrown);
                        }
                    });
                }
            });
        }
    },
    STREAM_TO_STREAM {
        @Override
        public void onDuplex(Duplex duplex) throws Exception {
            try (InputStream input = duplex.inputStream();
                    OutputStream output = duplex.outputStream()) {
                input.transferTo(output);
            }
        }
    },
    STREAM_TO_FLOW {
        @Override
        public void onDuplex(Duplex duplex) throws Exception {
            try (SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>(Runnable::run, 4)) {
                publisher.subscribe(duplex.output());
                copy(duplex.inputStream(), publisher::submit);
            }
        }
    },
    STREAM_TO_SEND {
        @Override
        public void onDuplex(Duplex duplex) throws Exception {
            copy(
                    duplex.inputStream(),
                    bytes -> duplex.send(bytes).toCompletableFuture().get(TestBrowser.SECONDS, TimeUnit.SECONDS));
            duplex.end();
        }
    },
    CHANNEL_TO_CHANNEL {
        @Override
        public void onDuplex(Duplex duplex) throws Exception {
            try (ByteChannel channel = duplex.channel()) {
                ByteBuffer buffer = ByteBuffer.allocate(8192);
                while (channel.read(buffer) >= 0) {
                    channel.write(buffer.flip());
                    buffer.clear();
                }
            }
        }
    };

    private interface Taker {
        void take(ByteBuffer bytes) throws Exception;
    }

    private static void copy(InputStream input, Taker taker) throws Exception {
        for (byte[] bytes = input.readNBytes(5000); bytes.length > 0; bytes = input.readNBytes(5000)) {
            taker.take(ByteBuffer.wrap(bytes));
        }
    }

    /** Takes one buffer at a time; a failure of its own resets the duplex. */
    private abstract static class Each implements Flow.Subscriber<ByteBuffer> {
        private final Duplex duplex;
        private Flow.@Nullable Subscription subscription;

        Each(Duplex duplex) {
            this.duplex = duplex;
        }

        abstract void take(ByteBuffer bytes) throws Exception;

        void next() {
            requireNonNull(subscription).request(1);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            next();
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            try {
                take(bytes);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            // the duplex has failed: there is nothing left to do
        }

        @Override
        public void onComplete() {
            duplex.end();
        }
    }
}
