package io.http2duplex.internal.servlet;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** Tasks of one exchange, of which one runs at a time, in sequence. Thread-safe. */
final class SerialTasks {
    private final CarrierThreads threads;
    private final Consumer<Throwable> onFailure;
    /** Guarded by itself, with {@link #running}. */
    private final Queue<Runnable> tasks = new ArrayDeque<>(2);

    private boolean running;

    /** @param onFailure told what a task has thrown, before the next task */
    SerialTasks(CarrierThreads threads, Consumer<Throwable> onFailure) {
        this.threads = threads;
        this.onFailure = onFailure;
    }

    /** Runs a task later, never on the caller's stack. */
    void execute(Runnable task) {
        if (add(task)) {
            threads.execute(this::drain);
        }
    }

    /**
     * Runs a task on the caller's thread, unless another task runs now: then behind that. No other task runs on the caller's
     * thread, since it may block.
     */
    void run(Runnable task) {
        if (add(task) && runNext()) {
            threads.execute(this::drain);
        }
    }

    /** {@return whether nothing runs, so that the caller must} */
    private boolean add(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (running) {
                return false;
            }
            running = true;
            return true;
        }
    }

    private void drain() {
        boolean more = true;
        while (more) {
            more = runNext();
        }
    }

    /** {@return whether there is another} */
    private boolean runNext() {
        Runnable task;
        synchronized (tasks) {
            task = tasks.remove();
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
        synchronized (tasks) {
            running = !tasks.isEmpty();
            return running;
        }
    }
}
