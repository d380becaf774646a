package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;

/** The Reactive Streams compatibility kit, against {@link Duplex#output}. */
public class OutputSubscriberTckTest extends FlowSubscriberBlackboxVerification<ByteBuffer> {
    private final UserThreads threads = UserThreads.standard();
    private final Queue<SimulatedBrowser> browsers = new ConcurrentLinkedQueue<>();

    public OutputSubscriberTckTest() {
        super(new TestEnvironment(500));
    }

    @AfterClass
    public void stop() {
        browsers.forEach(SimulatedBrowser::close);
        threads.close();
    }

    private SimulatedBrowser open() {
        SimulatedBrowser browser = new SimulatedBrowser(threads, 1 << 20);
        browsers.add(browser);
        return browser;
    }

    @Override
    public Flow.Subscriber<ByteBuffer> createFlowSubscriber() {
        return open().duplex.output();
    }

    @Override
    public ByteBuffer createElement(int element) {
        return ByteBuffer.allocate(4).putInt(0, element);
    }
}
