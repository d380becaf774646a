package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.internal.handler.SimulatedHost;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;

/** The Reactive Streams compatibility kit, against {@link Duplex#output}. */
public class OutputSubscriberTckTest extends FlowSubscriberBlackboxVerification<ByteBuffer> {
    private final SimulatedHost host = new SimulatedHost();

    public OutputSubscriberTckTest() {
        super(new TestEnvironment(500));
    }

    @AfterClass
    public void stop() {
        host.close();
    }

    @Override
    public Flow.Subscriber<ByteBuffer> createFlowSubscriber() {
        try {
            return host.open(1 << 20).duplex.output();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public ByteBuffer createElement(int element) {
        return ByteBuffer.allocate(4).putInt(0, element);
    }
}
