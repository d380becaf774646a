package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.internal.core.plain.UploadKind;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;

/** The Reactive Streams compatibility kit, against {@link Duplex#input}. */
public class InputPublisherTckTest extends FlowPublisherVerification<ByteBuffer> {
    /** Buffers of that size are not gathered: an element for the subscriber each. */
    private static final int ELEMENT = 1024;

    private final UserThreads threads = UserThreads.standard();
    private final Queue<SimulatedBrowser> browsers = new ConcurrentLinkedQueue<>();
    private final ExecutorService io = Executors.newSingleThreadExecutor();

    public InputPublisherTckTest() {
        super(new TestEnvironment(500, 100), 500);
    }

    @AfterClass
    public void stop() {
        browsers.forEach(SimulatedBrowser::close);
        io.shutdown();
        threads.close();
    }

    private SimulatedBrowser open() {
        SimulatedBrowser browser = new SimulatedBrowser(threads, 1);
        browsers.add(browser);
        return browser;
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        SimulatedBrowser browser = open();
        io.execute(new Feed(browser, elements));
        return browser.duplex.input();
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        SessionDuplex<?> duplex = open().duplex;
        duplex.reset();
        return duplex.input();
    }

    /** One long upload, as far as there is room for it. */
    private final class Feed implements Runnable {
        private final SimulatedBrowser browser;
        private @Nullable GuardedUpload sink;
        private long left;

        Feed(SimulatedBrowser browser, long elements) {
            this.browser = browser;
            left = elements;
        }

        @Override
        public void run() {
            GuardedUpload to = sink;
            if (to == null) {
                to = browser.openUpload(UploadKind.SINGLE, -1, () -> io.execute(this));
                sink = to;
            }
            int room = to.room();
            while (left > 0 && room >= ELEMENT && room != Integer.MAX_VALUE) { // else the input was cancelled
                to.received(ByteBuffer.allocate(ELEMENT));
                left--;
                room = to.room();
            }
            to.settle();
            if (left == 0 || room == Integer.MAX_VALUE) {
                to.completed();
            }
        }
    }
}
