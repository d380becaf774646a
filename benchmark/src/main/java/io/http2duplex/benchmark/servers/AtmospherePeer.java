package io.http2duplex.benchmark.servers;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.atmosphere.client.TrackMessageSizeInterceptor;
import org.atmosphere.cpr.AtmosphereFramework;
import org.atmosphere.cpr.AtmosphereResource;
import org.atmosphere.cpr.AtmosphereServlet;
import org.atmosphere.handler.AbstractReflectorAtmosphereHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;

/**
 * Atmosphere by long polling. What waits for a poll is kept here, and goes as one message, a line for each: its
 * broadcasters answer polls while they are being suspended, and those never end. Messages are text, so
 * bytes are in base64. Each message up is a POST of its own, which other POSTs may overtake: it begins with its number, and
 * is used when those before it were.
 */
final class AtmospherePeer {
    /** In bytes: how much goes in answer to one poll at most. */
    private static final int BUFFER = 4_000_000;
    /** How many messages are confirmed at once, so that the page knows how many are under way. */
    private static final int CONFIRMED_TOGETHER = 50;
    /** What a line begins with that tells how many have come: no base64 does. */
    private static final String CONFIRMATION = "!";
    /** What must be done when a request's poll has been suspended: set and run by the thread that handles the request. */
    private static final ThreadLocal<@Nullable Runnable> SUSPENDED = new ThreadLocal<>();

    private AtmospherePeer() {}

    static Handler handler() {
        AtmosphereServlet servlet = new Servlet();
        AtmosphereFramework framework = servlet.framework();
        for (String path : new String[] {"/echo", "/transfer", "/numbered"}) {
            framework.addAtmosphereHandler("/atmosphere" + path, new Clients(path));
        }
        framework.interceptor(new TrackMessageSizeInterceptor());
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        holder.setInitOrder(0);
        context.addServlet(holder, "/atmosphere/*");
        return context;
    }

    private static final class Servlet extends AtmosphereServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            super.service(request, response);
            Runnable suspended = SUSPENDED.get();
            if (suspended != null) {
                SUSPENDED.remove();
                suspended.run();
            }
        }
    }

    private static final class Clients extends AbstractReflectorAtmosphereHandler {
        private final String path;
        private final Map<String, Client> clients = new ConcurrentHashMap<>();

        Clients(String path) {
            this.path = path;
        }

        @Override
        public void onRequest(AtmosphereResource resource) throws IOException {
            Client client = clients.computeIfAbsent(resource.uuid(), uuid -> new Client(path));
            if (resource.getRequest().getMethod().equals("POST")) {
                byte[] body = resource.getRequest().getInputStream().readAllBytes();
                client.take(new String(body, StandardCharsets.US_ASCII));
            } else {
                client.poll(resource);
            }
        }
    }

    private static final class Client {
        private final Service service;
        /** Messages that have come before others. */
        private final Map<Integer, String> early = new HashMap<>();

        private @Nullable AtmosphereResource poll;
        private int received;
        private int confirmed;

        Client(String path) {
            service = Service.of(path, this::answer);
        }

        synchronized void poll(AtmosphereResource resource) {
            String lines = lines();
            if (lines.isEmpty()) {
                resource.suspend();
                SUSPENDED.set(() -> suspended(resource));
            } else {
                resource.write(lines);
            }
        }

        private synchronized void suspended(AtmosphereResource resource) {
            poll = resource;
            answer();
        }

        synchronized void take(String message) {
            int space = message.indexOf(' ');
            if (space < 0) {
                return; // a heartbeat
            }
            early.put(Integer.parseInt(message.substring(0, space)), message.substring(space + 1));
            String next;
            while ((next = early.remove(received)) != null) {
                service.take(ByteBuffer.wrap(Base64.getDecoder().decode(next)));
                received++;
            }
            answer();
        }

        /** Answers the poll that waits, if there is something to send. */
        private synchronized void answer() {
            AtmosphereResource waiting = poll;
            String lines = waiting == null || waiting.isResumed() || waiting.isCancelled() ? "" : lines();
            if (waiting != null && !lines.isEmpty()) {
                poll = null;
                waiting.write(lines).resume();
            }
        }

        private String lines() {
            StringBuilder lines = new StringBuilder();
            if (received - confirmed >= CONFIRMED_TOGETHER) {
                confirmed = received;
                lines.append(CONFIRMATION).append(received).append('\n');
            }
            while (lines.length() < BUFFER && service.hasNext()) {
                ByteBuffer bytes = service.next();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                lines.append(Base64.getEncoder().encodeToString(copy)).append('\n');
            }
            return lines.toString();
        }
    }
}
