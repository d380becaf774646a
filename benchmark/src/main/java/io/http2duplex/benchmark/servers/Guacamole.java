package io.http2duplex.benchmark.servers;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import javax.servlet.http.HttpServletRequest;
import org.apache.guacamole.GuacamoleException;
import org.apache.guacamole.io.GuacamoleReader;
import org.apache.guacamole.io.GuacamoleWriter;
import org.apache.guacamole.net.GuacamoleSocket;
import org.apache.guacamole.net.GuacamoleTunnel;
import org.apache.guacamole.net.SimpleGuacamoleTunnel;
import org.apache.guacamole.protocol.GuacamoleInstruction;
import org.apache.guacamole.protocol.GuacamoleParser;
import org.apache.guacamole.servlet.GuacamoleHTTPTunnelServlet;
import org.eclipse.jetty.ee8.servlet.ServletContextHandler;
import org.eclipse.jetty.ee8.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;

/**
 * Apache Guacamole's HTTP tunnel. What would be behind it, a remote desktop, is a {@link Service} here, in the same process.
 * Bytes go as Guacamole's own go: in instructions {@code blob}, with at most 6,048 of them in base64.
 */
final class Guacamole {
    /** As its client's writers have it: an instruction has at most 8,192 characters. */
    private static final int BLOB = 6048;
    /** In bytes: how often what has come is confirmed, so that the page knows how much is under way. */
    private static final int CONFIRMED_TOGETHER = 256 * 1024;

    private Guacamole() {}

    static Handler handler() {
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder holder = new ServletHolder(new Tunnels());
        context.addServlet(holder, "/guacamole/*");
        return context.get();
    }

    private static final class Tunnels extends GuacamoleHTTPTunnelServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected GuacamoleTunnel doConnect(HttpServletRequest request) {
            return new SimpleGuacamoleTunnel(new Desktop(request.getPathInfo()));
        }
    }

    /** One client's service. Its reader waits until there is an instruction to send. */
    private static final class Desktop implements GuacamoleSocket, GuacamoleReader, GuacamoleWriter {
        private final Service service;
        private final GuacamoleParser parser = new GuacamoleParser();
        /** Characters that the parser could not use yet. */
        private char[] rest = new char[0];

        private @Nullable ByteBuffer sending;
        private long received;
        private long confirmed;
        private boolean closed;

        Desktop(String path) {
            service = Service.of(path, this::wake);
        }

        private synchronized void wake() {
            notifyAll();
        }

        // ---- what goes down

        @Override
        public synchronized boolean available() {
            return confirmable() || sending != null || service.hasNext();
        }

        private boolean confirmable() {
            return received - confirmed >= CONFIRMED_TOGETHER;
        }

        @Override
        public char @Nullable [] read() {
            GuacamoleInstruction instruction = readInstruction();
            return instruction == null ? null : instruction.toString().toCharArray();
        }

        @Override
        public synchronized @Nullable GuacamoleInstruction readInstruction() {
            while (!closed && !available()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }
            if (closed) {
                return null;
            }
            if (confirmable()) {
                confirmed = received;
                return new GuacamoleInstruction("ack", "0", Long.toString(received), "0");
            }
            ByteBuffer bytes = sending == null ? service.next() : sending;
            byte[] blob = new byte[Math.min(bytes.remaining(), BLOB)];
            bytes.get(blob);
            sending = bytes.hasRemaining() ? bytes : null;
            return new GuacamoleInstruction("blob", "0", Base64.getEncoder().encodeToString(blob));
        }

        // ---- what goes up

        @Override
        public void write(char[] chunk) throws GuacamoleException {
            write(chunk, 0, chunk.length);
        }

        @Override
        public synchronized void write(char[] chunk, int offset, int length) throws GuacamoleException {
            char[] all = Arrays.copyOf(rest, rest.length + length);
            System.arraycopy(chunk, offset, all, rest.length, length);
            int used = 0;
            int parsed;
            do {
                parsed = parser.append(all, used, all.length - used);
                used += parsed;
                if (parser.hasNext()) {
                    writeInstruction(parser.next());
                }
            } while (parsed > 0);
            rest = Arrays.copyOfRange(all, used, all.length);
            notifyAll();
        }

        @Override
        public synchronized void writeInstruction(GuacamoleInstruction instruction) {
            if (instruction.getOpcode().equals("blob")) {
                byte[] bytes = Base64.getDecoder().decode(instruction.getArgs().get(1));
                received += bytes.length;
                service.take(ByteBuffer.wrap(bytes));
            } else if (instruction.getOpcode().equals("disconnect")) {
                close();
            }
        }

        // ---- the socket

        @Override
        public GuacamoleReader getReader() {
            return this;
        }

        @Override
        public GuacamoleWriter getWriter() {
            return this;
        }

        @Override
        public synchronized void close() {
            closed = true;
            notifyAll();
        }

        @Override
        public synchronized boolean isOpen() {
            return !closed;
        }
    }
}
