package io.http2duplex.internal.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SerialTasksTest {
    private final CarrierThreads threads = new CarrierThreads();
    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final SerialTasks tasks = new SerialTasks(threads, failures::add);

    @AfterEach
    void close() {
        threads.close();
    }

    /** A write of another task may block it. */
    @Test
    void aThreadOfTheContainerRunsItsOwnTaskAlone() throws Exception {
        List<Thread> ran = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        tasks.run(() -> {
            tasks.execute(() -> ran.add(Thread.currentThread()));
            tasks.execute(() -> {
                ran.add(Thread.currentThread());
                done.countDown();
            });
            ran.add(Thread.currentThread());
        });
        done.await();
        assertThat(ran).hasSize(3);
        assertThat(ran.get(0)).isSameAs(Thread.currentThread());
        assertThat(ran.subList(1, 3)).doesNotContain(Thread.currentThread());
    }

    @Test
    void aTaskThatComesWhileAnotherRunsIsRunBehindIt() throws Exception {
        List<String> ran = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        tasks.execute(() -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ran.add("first");
        });
        begun.await();
        tasks.run(() -> {
            ran.add("second");
            done.countDown();
        });
        goOn.countDown();
        done.await();
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void whatATaskThrowsIsToldAndTheNextIsRun() throws Exception {
        RuntimeException failure = new IllegalStateException("a failure");
        CountDownLatch done = new CountDownLatch(1);
        tasks.run(() -> {
            tasks.execute(done::countDown);
            throw failure;
        });
        done.await();
        assertThat(failures).containsExactly(failure);
    }
}
