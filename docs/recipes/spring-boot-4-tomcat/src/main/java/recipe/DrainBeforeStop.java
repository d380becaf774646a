package recipe;

import io.http2duplex.servlet.DuplexServlet;
import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Gives duplexes time to end before the web server stops: what has the default phase stops ahead of it. */
@Component
class DrainBeforeStop implements SmartLifecycle {
    private static final int SECONDS = 10;

    private final DuplexServlet duplexes;
    private volatile boolean running;

    DrainBeforeStop(DuplexServlet duplexes) {
        this.duplexes = duplexes;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop(Runnable stopped) {
        duplexes.drain()
                .toCompletableFuture()
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .handle((drained, tooLate) -> duplexes.stop())
                .whenComplete((stop, failure) -> {
                    running = false;
                    stopped.run();
                });
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
