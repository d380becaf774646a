package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Redis in a process of its own: an installed one, or, as root on a Debian, one whose package is unpacked with all that
 * it needs, and not installed, since an installed one starts a server.
 */
final class RedisServer implements AutoCloseable {
    private static final String NAME = "redis-server";
    /** Names the executable to use, in place of looking for one. */
    private static final String PATH_VARIABLE = "REDIS_SERVER_PATH";

    private final int port = freePort();
    private final ProcessBuilder command;
    private Process process;

    RedisServer(Settings settings) throws IOException {
        Path folder = Files.createDirectories(settings.target().resolve("redis"));
        command = new ProcessBuilder(
                        executable(folder).toString(), "--port", "" + port, "--bind", "127.0.0.1", "--save", "")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(settings.log(NAME).toFile()));
        command.environment().put("LD_LIBRARY_PATH", libraries(folder));
        process = start();
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    /** Starts it, and waits until it listens. */
    private Process start() throws IOException {
        Process started = command.start();
        Waiting.until(() -> isOpen() || !started.isAlive(), "Redis");
        if (!started.isAlive()) {
            throw new IllegalStateException("Redis has ended; the log of " + NAME + " may say why");
        }
        return started;
    }

    private boolean isOpen() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return a port that nothing listens on} */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, without a word to its clients. */
    void kill() {
        Waiting.end(List.of(process.toHandle()));
    }

    /** Starts it again after {@link #kill}, on the same port. */
    void startAgain() throws IOException {
        process = start();
    }

    @Override
    public void close() {
        kill();
    }

    private static Path executable(Path folder) throws IOException {
        String named = System.getenv(PATH_VARIABLE);
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        if (found(folder).isEmpty()) {
            unpack(folder);
        }
        return found(folder)
                .orElseThrow(() -> new IllegalStateException("The benchmark needs " + NAME
                        + ", and there is none: install it, or set " + PATH_VARIABLE + " to its executable."));
    }

    private static Optional<Path> found(Path folder) {
        Stream<Path> installed = Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1))
                .map(Path::of);
        return Stream.concat(installed, Stream.of(folder.resolve("usr/bin")))
                .map(place -> place.resolve(NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void unpack(Path folder) throws IOException {
        if (!Files.exists(Path.of("/etc/debian_version"))
                || !System.getProperty("user.name").equals("root")) {
            return;
        }
        Files.createDirectories(folder.resolve("archives/partial"));
        String commands = """
            set -e
            apt-get -q update
            apt-get -q -o APT::Sandbox::User=root -o Dir::Cache::archives="$PWD/archives" \
                --download-only --no-install-recommends -y install %s
            for archive in archives/*.deb; do dpkg-deb -x "$archive" .; done
            """.formatted(NAME);
        Process unpacking = new ProcessBuilder("sh", "-c", commands)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("unpack.log").toFile())
                .start();
        Waiting.result(unpacking.onExit(), "the package of " + NAME);
    }

    private static String libraries(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().contains(".so"))
                    .map(file -> file.resolve("..").normalize().toString())
                    .distinct()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
