package io.http2duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TlsReloadTest {
    /** The tasks of the timer: each is a look at the files. */
    private final Deque<Runnable> looks = new ArrayDeque<>();

    private final List<SSLContext> used = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final SSLContext context = context();
    private Supplier<? extends @Nullable SSLContext> loads = () -> context;
    private Consumer<SSLContext> use = used::add;

    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("chain.pem"), "one");
    }

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private TlsReload reload() {
        return new TlsReload(this::load, List.of(file), Duration.ofSeconds(10));
    }

    @SuppressWarnings("NullAway") // an application that is not checked may give null
    private SSLContext load() {
        calls.incrementAndGet();
        return loads.get();
    }

    private TlsReload started() throws IOException {
        TlsReload reload = reload();
        reload.load();
        reload.watch(
                (after, task) -> {
                    looks.add(task);
                    return () -> looks.remove(task);
                },
                fresh -> use.accept(fresh));
        return reload;
    }

    private void look() {
        looks.remove().run();
        assertThat(looks).as("it goes on to look").hasSize(1);
    }

    @Test
    void aContextThatTheServerCouldNotTakeIsLoadedAgain() throws IOException {
        started();
        Files.writeString(file, "another");
        use = fresh -> {
            throw new IllegalStateException("as the test wants it");
        };
        look();
        assertThat(used).isEmpty();
        use = used::add;
        look();
        assertThat(used).containsExactly(context);
    }

    @Test
    void theLoaderIsCalledOnlyWhenAFileHasChanged() throws IOException {
        started();
        look();
        look();
        assertThat(calls).hasValue(1);
        Files.writeString(file, "another");
        look();
        look();
        assertThat(calls).hasValue(2);
        assertThat(used).containsExactly(context);
    }

    /** An archive has a file system of its own, whose failures are no IOExceptions. */
    @Test
    void filesWhoseFileSystemWasClosedAreLookedAtAgain() throws IOException {
        Path archive = directory.resolve("archive.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            file = Files.writeString(zip.getPath("/chain.pem"), "one");
            started();
        }
        look();
        look();
        assertThat(calls).hasValue(2);
    }

    /** As images that can only be read have them, and certificates of one authority: all of one size and time. */
    @Test
    void anotherFileOfTheSameSizeAndTimeBehindASymbolicLinkIsNoticed() throws IOException {
        Path other = Files.writeString(directory.resolve("other.pem"), "two");
        FileTime time = FileTime.fromMillis(0);
        Files.setLastModifiedTime(file, time);
        Files.setLastModifiedTime(other, time);
        Path target = file;
        file = Files.createSymbolicLink(directory.resolve("current.pem"), target);
        started();
        Files.delete(file);
        Files.createSymbolicLink(file, other);
        look();
        look();
        assertThat(calls).hasValue(2);
        assertThat(used).containsExactly(context);
    }

    /** {@return the warnings while that runs} */
    private static List<String> warnings(ThrowingConsumer<List<String>> during) {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warnings.add(logged.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger(TlsReload.class.getName());
        log.addHandler(handler);
        try {
            during.accept(warnings);
        } finally {
            log.removeHandler(handler);
        }
        return warnings;
    }

    @Test
    void aFailureIsLoggedOnceEachTimeThatItBegins() {
        warnings(warnings -> {
            started();
            for (int i = 1; i <= 2; i++) {
                Files.delete(file);
                Files.createSymbolicLink(file, file); // nothing can be known of it
                loads = () -> {
                    throw new IllegalArgumentException("no file");
                };
                look();
                look();
                assertThat(warnings).hasSize(i);
                Files.delete(file);
                Files.writeString(file, "good again");
                loads = () -> context;
                look();
                assertThat(used).hasSize(i);
            }
        });
    }

    @Test
    void aFileThatIsNotReadToItsEndIsToldOf() {
        assertThat(warnings(warnings -> {
                    started();
                    Files.writeString(file, "another");
                    loads = () -> {
                        looks.remove().run(); // a minute is over
                        return context;
                    };
                    look();
                    assertThat(used).containsExactly(context);
                }))
                .singleElement()
                .asString()
                .contains("has taken PT1M and goes on", file.toString());
    }

    static List<Supplier<@Nullable SSLContext>> failures() {
        return List.of(
                () -> null,
                () -> {
                    throw new IllegalArgumentException("no key");
                },
                () -> {
                    throw new NoClassDefFoundError("some/Provider");
                },
                () -> {
                    throw new StackOverflowError();
                });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whateverTheLoaderDoesItIsTriedAgain(Supplier<@Nullable SSLContext> failure) throws IOException {
        started();
        Files.writeString(file, "another");
        loads = failure;
        look();
        look();
        assertThat(used).isEmpty();
        assertThat(calls).hasValue(3);
        loads = () -> context;
        look();
        assertThat(used).containsExactly(context);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void theStartFailsWithThem(Supplier<@Nullable SSLContext> failure) {
        loads = failure;
        assertThatThrownBy(reload()::load).isNotNull();
    }

    @Test
    void noContextIsAClearError() {
        loads = () -> null;
        assertThatIllegalStateException().isThrownBy(reload()::load).withMessageContaining("must give a context");
    }

    @Test
    void aLoaderThatNeverReturnsDoesNotHoldUpTheStop() throws Exception {
        TlsReload reload = started();
        Files.writeString(file, "another");
        var entered = new java.util.concurrent.CountDownLatch(1);
        var leave = new java.util.concurrent.CountDownLatch(1);
        loads = () -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return context;
        };
        Thread looking = new Thread(looks.remove());
        looking.start();
        entered.await();
        reload.stop();
        leave.countDown();
        looking.join();
        assertThat(looks).isEmpty();
    }
}
