package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.internal.handler.SimulatedExchange.Body;
import io.http2duplex.internal.handler.SimulatedHost;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;

/** The Reactive Streams compatibility kit, against {@link Duplex#input}. */
public class InputPublisherTckTest extends FlowPublisherVerification<ByteBuffer> {
    /** Buffers of that size are not gathered: an element for the subscriber each. */
    private static final int ELEMENT = 1024;

    private final SimulatedHost host = new SimulatedHost();

    public InputPublisherTckTest() {
        super(new TestEnvironment(500, 100), 500);
    }

    @AfterClass
    public void stop() {
        host.close();
    }

    private SimulatedHost.Page open() {
        try {
            return host.open(1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        SimulatedHost.Page page = open();
        page.stream(new Elements(elements));
        return page.duplex.input();
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        Duplex duplex = open().duplex;
        duplex.reset();
        return duplex.input();
    }

    /** So many elements, each given at once. */
    private static final class Elements implements Body {
        private long left;

        Elements(long left) {
            this.left = left;
        }

        @Override
        public byte @Nullable [] next(int max) {
            if (left == 0 || max == Integer.MAX_VALUE) { // then the input was cancelled
                return new byte[0];
            }
            left--;
            return new byte[ELEMENT];
        }
    }
}
