package io.http2duplex.servlet;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexOptions;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.internal.handler.Endpoint;
import io.http2duplex.internal.servlet.CarrierThreads;
import io.http2duplex.internal.servlet.Container;
import io.http2duplex.internal.servlet.ServletExchange;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A servlet that serves duplexes, on any container with Servlet 6: Tomcat 10.1 and newer, Jetty 12 and newer. It needs
 * asynchronous processing, of its own and of each filter in front.
 *
 * <pre>{@code
 * ServletRegistration.Dynamic chat = context.addServlet("chat", DuplexServlet.builder(duplex -> ...).build());
 * chat.addMapping("/chat");
 * chat.setAsyncSupported(true);
 * }</pre>
 *
 * <p>A class of its own suits {@code web.xml} and annotations:
 *
 * <pre>{@code
 * @WebServlet(urlPatterns = "/chat", asyncSupported = true)
 * public class Chat extends DuplexServlet {
 *     public Chat() {
 *         super(builder(duplex -> ...));
 *     }
 * }
 * }</pre>
 *
 * <p>The document {@code servlet.md} tells how to configure the containers. All methods may be called on any thread.
 */
public class DuplexServlet extends HttpServlet implements DuplexEndpoint {
    private static final Logger LOG = Logger.getLogger(DuplexServlet.class);

    private final transient Endpoint endpoint;
    private final transient CarrierThreads threads = new CarrierThreads();
    private final AtomicBoolean notAsyncTold = new AtomicBoolean();
    private final @Nullable Boolean streamingUploads;
    private volatile Container container = Container.OTHER;

    /**
     * A servlet with those options.
     *
     * @throws IllegalArgumentException if one of them is not for servlets
     */
    protected DuplexServlet(Builder builder) {
        if (builder.oneRequest()) {
            throw new IllegalArgumentException("oneRequest must not be set for a DuplexServlet: a container may tell"
                    + " a cut request as its end. DuplexHandler and DuplexServer serve it.");
        }
        if (builder.webSocket()) {
            throw new IllegalArgumentException("webSocket must not be set for a DuplexServlet: a servlet has no"
                    + " WebSockets of its own. DuplexHandler and DuplexServer serve them.");
        }
        endpoint = new Endpoint(builder.callback, builder, CarrierThreads::isCarrierThread);
        streamingUploads = builder.streamingUploads;
    }

    /**
     * Begins to build a servlet.
     *
     * @param callback the application's handler, called for each duplex that a page opens
     */
    public static Builder builder(DuplexCallback callback) {
        return new Builder(callback);
    }

    /** Called by the container. */
    @Override
    public void init() {
        container = Container.of(getServletContext());
    }

    @Override
    public int sessions() {
        return endpoint.sessions();
    }

    @Override
    public long memoryUsed() {
        return endpoint.memoryUsed();
    }

    @Override
    public DuplexStatistics statistics() {
        return endpoint.statistics();
    }

    /** Takes one request. Called by the container. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (ServletExchange.isBrokenOff(request)) {
            throw container.breakingOff();
        }
        if (!request.isAsyncSupported()) {
            if (notAsyncTold.compareAndSet(false, true)) {
                LOG.errorf(
                        "Requests to %s are refused with 500: the servlet \"%s\", or a filter in front of it, does not"
                                + " support asynchronous processing. Set async-supported to true for each of them.",
                        request.getRequestURI(), getServletName());
            }
            response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            return;
        }
        boolean smallFrames = streamingUploads == null ? container.takesSmallFrames() : streamingUploads;
        ServletExchange.handle(endpoint, threads, container, smallFrames, request, response);
    }

    /** {@inheritDoc} The container calls {@link #destroy}. */
    @Override
    public CompletionStage<Void> drain() {
        return endpoint.drain();
    }

    @Override
    public boolean isDraining() {
        return endpoint.isDraining();
    }

    @Override
    public CompletionStage<Void> stop() {
        return endpoint.stop();
    }

    /** Does what {@link #stop} does, and waits for it, at most 5 seconds. Called by the container when that stops. */
    @Override
    public void destroy() {
        endpoint.close();
        threads.close();
    }

    /** A builder of servlets, with the options of an endpoint. Not for use by several threads. */
    public static final class Builder extends DuplexOptions<Builder> {
        private final DuplexCallback callback;
        private @Nullable Boolean streamingUploads;

        private Builder(DuplexCallback callback) {
            this.callback = Objects.requireNonNull(callback, "callback");
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Whether pages may stream uploads over HTTP/2. If not, they are refused with 411, and a page of dialect 2 goes on
         * by POSTs that end. On a Tomcat it needs a connector that takes small DATA frames ({@code
         * overheadDataThreshold="0"}): a stock one closes the connection after some 30 of them.
         *
         * <p>Default: not on Tomcat, and everywhere else.
         */
        public Builder streamingUploads(boolean allowed) {
            streamingUploads = allowed;
            return this;
        }

        /**
         * {@return the servlet}
         *
         * @throws IllegalArgumentException if {@link #oneRequest} is set, since a container may tell a cut request as its
         *     end, or {@link #webSocket}, since a servlet has no WebSockets of its own
         */
        public DuplexServlet build() {
            return new DuplexServlet(this);
        }
    }
}
