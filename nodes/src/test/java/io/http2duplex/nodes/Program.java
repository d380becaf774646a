package io.http2duplex.nodes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that the tests run: an installed one, or, as root on a Debian, one whose package is unpacked with all that it
 * needs, and not installed, since an installed one starts a server.
 */
final class Program implements AutoCloseable {
    private final ProcessBuilder command;
    private final Path log;
    private Process process;

    private Program(ProcessBuilder command, Path log) throws IOException {
        this.command = command;
        this.log = log;
        process = command.start();
    }

    /** {@return a folder for the files of a test's program} */
    static Path folder(String name) throws IOException {
        return Files.createDirectories(
                Path.of(System.getProperty("nodes.target"), name).toAbsolutePath());
    }

    /** {@return a port that nothing listens on} */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, and waits until it listens. */
    static Program start(String name, String debianPackage, Path folder, int port, String... arguments)
            throws IOException {
        Path unpacked = folder("packages").resolve(debianPackage);
        Path executable = executable(name, debianPackage, unpacked);
        ProcessBuilder command = new ProcessBuilder(
                        Stream.concat(Stream.of(executable.toString()), Stream.of(arguments))
                                .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        if (executable.startsWith(unpacked)) {
            command.environment().put("LD_LIBRARY_PATH", libraries(unpacked));
        }
        Program program = new Program(command, folder.resolve(name + ".log"));
        program.awaitListening(port);
        return program;
    }

    private void awaitListening(int port) throws IOException {
        Await.until("port " + port + " is open, or its program has ended", () -> isOpen(port) || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException(command.command() + " has ended: " + Files.readString(log));
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path executable(String name, String debianPackage, Path unpacked) throws IOException {
        List<Path> places = Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")
                .flatMap(place -> Stream.of(Path.of(place), unpacked.resolve(place.substring(1))))
                .map(place -> place.resolve(name))
                .toList();
        if (places.stream().noneMatch(Files::isExecutable)) {
            unpack(debianPackage, unpacked);
        }
        return places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "The tests of several nodes need " + name + ", and there is none: install it."));
    }

    private static void unpack(String debianPackage, Path unpacked) throws IOException {
        if (!Files.exists(Path.of("/etc/debian_version"))
                || !System.getProperty("user.name").equals("root")) {
            return;
        }
        Files.createDirectories(unpacked.resolve("archives/partial"));
        String commands = """
                set -e
                apt-get -q update
                apt-get -q -o APT::Sandbox::User=root -o Dir::Cache::archives="$PWD/archives" \
                    --download-only --no-install-recommends -y install %s
                for archive in archives/*.deb; do dpkg-deb -x "$archive" .; done
                """.formatted(debianPackage);
        try {
            new ProcessBuilder("sh", "-c", commands)
                    .directory(unpacked.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(unpacked.resolve("unpack.log").toFile())
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static String libraries(Path unpacked) throws IOException {
        try (Stream<Path> files = Files.walk(unpacked)) {
            return files.filter(file -> file.getFileName().toString().contains(".so"))
                    .map(file -> file.resolve("..").normalize().toString())
                    .distinct()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** Kills it, without a word to its clients. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again after {@link #kill}, on the same port. */
    void startAgain(int port) throws IOException {
        process = command.start();
        awaitListening(port);
    }

    /** {@return its process id} */
    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
