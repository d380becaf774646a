package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A JVM that can make no more threads says so by an OutOfMemoryError of Thread.start. Here the factory throws it, since an
 * executor of JDK 25 starts its threads past a start() that is overridden; the executor passes both on in the same way.
 */
@Timeout(60)
class LastThreadsTest {
    private static Thread none() {
        throw new OutOfMemoryError("unable to create native thread (of the test)");
    }

    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(2);

    private void await() {
        try {
            gate.await();
            done.countDown();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whereNoThreadCanBeMadeATaskRunsOnTheCallingThread() {
        List<Thread> ran = new CopyOnWriteArrayList<>();
        LastThreads threads = new LastThreads(2, task -> none());
        threads.execute(() -> ran.add(Thread.currentThread()));
        threads.execute(() -> ran.add(Thread.currentThread()));
        assertThat(ran).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void whereNoOtherThreadCanBeMadeATaskWaitsForOneThatThereIs() throws Exception {
        int[] made = {0};
        ThreadFactory once = task -> made[0]++ == 0 ? new Thread(task) : none();
        LastThreads threads = new LastThreads(2, once);
        threads.execute(this::await);
        threads.execute(this::await);
        assertThat(done.getCount()).isEqualTo(2);
        gate.countDown();
        done.await();
    }
}
