package io.http2duplex.internal.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Threads for tasks that an executor has refused. They lose none: where the JVM can make no thread, a task waits for one of
 * those that there are, and if there is none, it runs on the thread that hands it over.
 */
final class LastThreads implements Executor {
    private final ThreadPoolExecutor pool;

    /** @param most how many threads there are at most */
    LastThreads(int most, ThreadFactory threads) {
        pool = UserThreads.queueing(most, new LinkedBlockingQueue<>(), threads);
    }

    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (Throwable e) { // the pool has not taken it: a thread could not be made
            handOver(task);
        }
    }

    private void handOver(Runnable task) {
        pool.getQueue().add(task);
        // A thread that ends looks whether tasks wait. If there is none, nobody would.
        if (pool.getPoolSize() == 0 && pool.remove(task)) {
            task.run();
        }
    }
}
