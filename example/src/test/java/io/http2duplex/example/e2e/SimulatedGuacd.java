package io.http2duplex.example.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The daemon of Apache Guacamole, as far as its protocol goes: it has no remote desktop, but a name, to which the keys that
 * come are added. The key Escape makes it fail.
 */
final class SimulatedGuacd implements AutoCloseable {
    private static final int ESCAPE = 0xff1b;

    private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    SimulatedGuacd() throws IOException {
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** {@return how many connections are open} */
    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        StringBuilder typed = new StringBuilder();
        try (socket;
                BufferedReader input =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (List<String> instruction = read(input); !instruction.isEmpty(); instruction = read(input)) {
                switch (instruction.get(0)) {
                    case "select" -> send(socket, "args", "VERSION_1_5_0", "hostname", "port");
                    case "connect" -> {
                        send(socket, "ready", "$simulated");
                        send(socket, "size", "0", "100", "100");
                        send(socket, "name", "desktop of " + instruction.get(2));
                        send(socket, "sync", "1");
                    }
                    case "key" -> {
                        int key = Integer.parseInt(instruction.get(1));
                        if (key == ESCAPE) {
                            send(socket, "error", "The desktop is gone.", "519");
                            return;
                        }
                        if (instruction.get(2).equals("1")) {
                            typed.appendCodePoint(key);
                            send(socket, "name", typed.toString());
                        }
                    }
                    default -> {
                        // of no importance here
                    }
                }
            }
        } catch (IOException e) {
            // the other end has gone
        } finally {
            connections.decrementAndGet();
        }
    }

    /** {@return the elements of the next instruction; none at the end} */
    private static List<String> read(BufferedReader input) throws IOException {
        List<String> elements = new ArrayList<>();
        for (int terminator = ','; terminator == ','; ) {
            int length = 0;
            int next = input.read();
            for (; next >= '0' && next <= '9'; next = input.read()) {
                length = 10 * length + next - '0';
            }
            if (next < 0) {
                return List.of();
            }
            StringBuilder element = new StringBuilder();
            for (int i = 0; i < length; i++) {
                element.append((char) input.read());
            }
            elements.add(element.toString());
            terminator = input.read();
        }
        return elements;
    }

    private static void send(Socket socket, String... elements) throws IOException {
        String instruction = Stream.of(elements)
                .map(element -> element.codePointCount(0, element.length()) + "." + element)
                .collect(Collectors.joining(",", "", ";"));
        socket.getOutputStream().write(instruction.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
