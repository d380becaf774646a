package recipe;

import io.http2duplex.server.DuplexHandler;
import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Gives duplexes time to end before the web server stops: what has the default phase stops ahead of it. */
@Component
class DrainBeforeStop implements SmartLifecycle {
    private static final int SECONDS = 10;

    private final DuplexHandler duplexes;
    private volatile boolean running;

    DrainBeforeStop(DuplexHandler duplexes) {
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
