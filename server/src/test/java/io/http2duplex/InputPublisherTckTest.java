package io.http2duplex;

import io.http2duplex.protocol.dialect1.UploadKind;
import io.http2duplex.undertow.UploadSink;
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
    private final Queue<InMemoryBrowser> browsers = new ConcurrentLinkedQueue<>();
    private final ExecutorService io = Executors.newSingleThreadExecutor();

    public InputPublisherTckTest() {
        super(new TestEnvironment(500, 100), 500);
    }

    @AfterClass
    public void stop() {
        browsers.forEach(InMemoryBrowser::close);
        io.shutdown();
        threads.close();
    }

    private InMemoryBrowser open() {
        InMemoryBrowser browser = new InMemoryBrowser(threads, 1);
        browsers.add(browser);
        return browser;
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        InMemoryBrowser browser = open();
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
        private final InMemoryBrowser browser;
        private @Nullable UploadSink sink;
        private long left;

        Feed(InMemoryBrowser browser, long elements) {
            this.browser = browser;
            left = elements;
        }

        @Override
        public void run() {
            UploadSink to = sink;
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
