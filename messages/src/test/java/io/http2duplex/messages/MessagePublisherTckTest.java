package io.http2duplex.messages;

import io.http2duplex.internal.handler.SimulatedExchange.Body;
import io.http2duplex.internal.handler.SimulatedHost;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;

/** The Reactive Streams compatibility kit, against {@link Messages#publisher}. */
public class MessagePublisherTckTest extends FlowPublisherVerification<String> {
    /** So many messages come in one chunk, so that some requests find a message that is held already. */
    private static final int BATCH = 3;

    private final SimulatedHost host = new SimulatedHost();

    public MessagePublisherTckTest() {
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
    public Flow.Publisher<String> createFlowPublisher(long elements) {
        SimulatedHost.Page page = open();
        page.stream(new Elements(elements));
        return Messages.over(page.duplex, Codec.text(), Codec.text()).publisher();
    }

    @Override
    public Flow.Publisher<String> createFailedFlowPublisher() {
        SimulatedHost.Page page = open();
        page.duplex.reset();
        return Messages.over(page.duplex, Codec.text(), Codec.text()).publisher();
    }

    /** So many messages. */
    private static final class Elements implements Body {
        private long left;

        Elements(long left) {
            this.left = left;
        }

        @Override
        public byte[] next(int max) {
            if (left == 0 || max == Integer.MAX_VALUE) { // then the input was cancelled
                return new byte[0];
            }
            int count = (int) Math.min(left, BATCH);
            left -= count;
            return Vectors.frames(new byte[count][1]);
        }
    }
}
