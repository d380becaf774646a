package io.http2duplex.attack;

import io.http2duplex.wire.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** The servers that are attacked, in a process of their own with a small heap, as their attackers see them. */
final class Target implements AutoCloseable {
    /** Of the applications one sends back what comes, one reads nothing, one writes nothing. */
    static final List<String> PATHS = List.of("/echo", "/deaf", "/mute");

    /** One that throws an exception. */
    static final String FAILING = "/failing";

    /** One that ends its side at once, and reads on. */
    static final String BRIEF = "/brief";

    /** An echo whose duplexes belong to accounts, as {@link Accounts} has it. */
    static final String ACCOUNTS = "/accounts";

    /** An echo that pages of {@link #ORIGIN} may use. */
    static final String ORIGINS = "/origins";

    static final String ORIGIN = "https://app.example";

    /** An echo whose duplexes do not live long, and of which a connection may have few. */
    static final String SHORT = "/short";

    /** An echo whose clients may lose their connections. */
    static final String STEADY = "/steady";

    /** A handler that neither reads nor answers. */
    static final String SILENT = "/silent";

    static final String HEALTH = "/health";

    /** A static file. */
    static final String FILE = "/file.txt";

    static final String FAILURE = "as the test wants it";

    /**
     * What the log may have as an error: the failures, how many more there were, and what XNIO says of exchanges that end
     * while the server shuts down.
     */
    static final Pattern FAILURES = Pattern.compile(
            FAILURE
                    + "|The authorizer failed|Handlers of duplexes failed: \\d+ more"
                    + "|XNIO007007: Thread is terminating",
            Pattern.DOTALL);

    private static final String HEAP = "-Xmx256m";

    /** Where attackers come from: where there are more loopback addresses than one, not from where good clients do. */
    private static final InetAddress ATTACKERS = attackers();

    final Verdict verdict = new Verdict();
    final Ids ids = new Ids();
    final SSLContext trust = TestServer.trust();

    private final Process process;
    private final BufferedReader answers;
    private final int securePort;
    private final int clearPort;
    private volatile boolean shuttingDown;

    Target() throws IOException {
        Path certificates =
                TestServer.certificates().certificateChain().toAbsolutePath().getParent();
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AttackedServer.class.getName(),
                        String.valueOf(certificates))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("The process that is attacked did not start");
        }
        String[] ports = line.split(" ", 2);
        securePort = Integer.parseInt(ports[0]);
        clearPort = Integer.parseInt(ports[1]);
    }

    private static InetAddress attackers() {
        InetAddress own = InetAddress.getLoopbackAddress();
        byte[] other = own.getAddress();
        other[other.length - 1]++;
        try (ServerSocket there = new ServerSocket(0, 1, InetAddress.getByAddress(other))) {
            return there.getInetAddress();
        } catch (IOException e) {
            return own; // this machine has one loopback address
        }
    }

    /** {@return whether the server can tell attackers from good clients by their addresses} */
    static boolean areApart() {
        return !ATTACKERS.equals(InetAddress.getLoopbackAddress());
    }

    /** {@return where attackers come from} */
    InetAddress attackersAddress() {
        return ATTACKERS;
    }

    int port(boolean tls) {
        return tls ? securePort : clearPort;
    }

    InetSocketAddress address(boolean tls) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(tls));
    }

    /** {@return what the process counts now, after it has collected its garbage} */
    TargetStatus status() {
        try {
            return ask("status");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shuts both servers down. {@return completes when they are} */
    CompletableFuture<Void> shutdown(Duration grace) {
        shuttingDown = true;
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        ask(grace.toString());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task, "shutdown").start());
    }

    /** {@return whether connections may be closed though nobody did wrong} */
    boolean isShuttingDown() {
        return shuttingDown;
    }

    private synchronized TargetStatus ask(String command) throws IOException {
        process.outputWriter().write(command + "\n");
        process.outputWriter().flush();
        return TargetStatus.read(answers);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
