package io.http2duplex.containers;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexOptions;
import io.http2duplex.servlet.DuplexServlet;
import io.http2duplex.wire.Hosting;
import java.util.function.Consumer;

/** The tests of the server's module run over the container that the property {@code container} names. */
public final class ContainerHosting implements Hosting {
    @Override
    public Hosted start(DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
        DuplexServlet.Builder builder = DuplexServlet.builder(callback).streamingUploads(true);
        options.accept(builder);
        DuplexServlet servlet = builder.build();
        TestContainer container = TestContainer.Kind.valueOf(System.getProperty("container"))
                .container()
                .with("/*", servlet)
                .start();
        return new Hosted(servlet, servlet::destroy, container);
    }
}
