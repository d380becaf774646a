package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.programs.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What {@link TestPage} is, in any engine: one browser for all tests of a class, and a new page when a test opens one.
 * It hears what scripts write into the console, and not what the engine itself does.
 */
final class EnginePage implements BeforeAllCallback, AfterAllCallback, AfterEachCallback {
    private final Engine engine;
    private Path executable;
    private RemotePage remote;
    private Engine.@Nullable Running browser;
    private int opened;

    EnginePage(Engine engine) {
        this.engine = engine;
    }

    @Override
    public void beforeAll(ExtensionContext extension) throws Exception {
        executable = NotTested.unless(engine, () -> engine.executable(Machine.real()));
        remote = new RemotePage();
    }

    /**
     * Opens the page, with what {@code e2e/page.js} offers.
     *
     * @param site makes addresses of paths
     */
    void open(UnaryOperator<String> site) {
        opened++;
        String url = site.apply("/engine.html?" + opened + remote.fragment());
        if (browser == null) {
            remote.awaitAnother(() -> start(url));
        } else {
            leave("location.assign('" + url + "')");
        }
    }

    /** Has the page do what makes another take its place, and waits for that. */
    void leave(String script) {
        remote.awaitAnother(() -> call("() => { window.leave = () => " + script + "; }"));
    }

    private void start(String url) {
        try {
            Path folder = Path.of(System.getProperty("e2e.target"), "engines");
            Files.createDirectories(folder);
            browser = engine.start(executable, Files.createTempDirectory(folder, engine.name()), url);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As that of {@link TestPage}. */
    @Nullable
    Object call(String function, @Nullable Object argument) {
        return remote.call(function, argument);
    }

    @Nullable
    Object call(String function) {
        return call(function, null);
    }

    List<Object> callForList(String function, @Nullable Object argument) {
        return List.copyOf((List<?>) call(function, argument));
    }

    @Override
    public void afterEach(ExtensionContext extension) {
        if (extension.getExecutionException().isPresent()) {
            close();
            return;
        }
        call("() => {}");
        assertThat(remote.takeNoise()).as("what the page complained of").isEmpty();
    }

    private void close() {
        if (browser != null) {
            browser.close();
            browser = null;
        }
        remote.takeNoise();
    }

    @Override
    public void afterAll(ExtensionContext extension) {
        if (remote != null) {
            close();
            remote.close();
        }
    }
}
