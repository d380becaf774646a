package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import java.util.List;

/** What many duplexes are opened with. */
enum ManySystem {
    DIALECT_2("dialect 2", 2),
    DIALECT_2_STOCK("dialect 2, stock", 2),
    HTTP2_DUPLEX("http2-duplex 6.0.3", 1);

    private final String title;
    private final int dialect;

    ManySystem(String title, int dialect) {
        this.title = title;
        this.dialect = dialect;
    }

    /** {@return the name, as in the results} */
    String title() {
        return title;
    }

    int dialect() {
        return dialect;
    }

    ServerProcess start(Settings settings) {
        return switch (this) {
            case DIALECT_2 -> ServerProcess.java("OWN_MANY", settings, List.of("-Xmx1g"));
            case DIALECT_2_STOCK -> ServerProcess.java("STOCK_MANY", settings, List.of("-Xmx1g"));
            case HTTP2_DUPLEX -> ServerProcess.node("http2-duplex.mjs", settings, List.of("--max-old-space-size=4096"));
        };
    }
}
