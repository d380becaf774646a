package io.http2duplex.wire;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexOptions;
import io.http2duplex.server.DuplexHandler;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * The server that tests run over when they do not say which: a stock Undertow, or, in a module that runs these tests over
 * another, the service that it provides.
 */
public interface Hosting {
    Hosting CHOSEN = ServiceLoader.load(Hosting.class, Hosting.class.getClassLoader())
            .findFirst()
            .orElse(Hosting::stockUndertow);

    /** An endpoint that was started, for every path. */
    record Hosted(DuplexEndpoint endpoint, Runnable close, Listeners listeners) {}

    Hosted start(DuplexCallback callback, Consumer<DuplexOptions<?>> options);

    private static Hosted stockUndertow(DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
        DuplexHandler.Builder builder = DuplexHandler.builder(callback);
        options.accept(builder);
        DuplexHandler handler = builder.build();
        return new Hosted(handler, handler::close, Listeners.stock(handler));
    }
}
