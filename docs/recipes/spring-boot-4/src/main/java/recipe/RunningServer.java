package recipe;

import io.http2duplex.metrics.DuplexServerMetrics;
import io.http2duplex.server.DuplexServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Starts the server of duplexes after the web server, and stops it, with time for duplexes to end, before that. */
@Component
class RunningServer implements SmartLifecycle {
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final DuplexServer server;
    private final MeterRegistry meters;
    private volatile boolean running;

    RunningServer(DuplexServer server, MeterRegistry meters) {
        this.server = server;
        this.meters = meters;
    }

    @Override
    public void start() {
        server.start();
        new DuplexServerMetrics(server).bindTo(meters);
        running = true;
    }

    @Override
    public void stop() {
        server.shutdown(DRAIN);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
