package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code keepOpen} does in a page while its server is stopped and started again, on the same port. */
class KeepOpenIT {
    @RegisterExtension
    final TestPage page = new TestPage();

    private DuplexServer server;

    @BeforeEach
    void open() {
        page.expect(Noise.REQUEST, Noise.CONSOLE); // the openings that find no server
        start(0);
        page.open("https://localhost:" + server.port() + "/page.html");
        page.call("""
                async () => {
                  const { keepOpen } = await import('/keep-open.js');
                  Object.assign(window, { states: [], messages: new Set(), count: 0 });
                  window.begin = (path) => {
                    window.kept = keepOpen(path, { min_pause: 50, max_pause: 500 }, async (duplex, { signal }) => {
                      window.count += 1;
                      const writer = duplex.writable.getWriter();
                      duplex.addEventListener('draining', () => writer.close().catch(() => {}), { signal });
                      window.say = (text) => writer.write(new TextEncoder().encode(text));
                      const reader = duplex.readable.getReader();
                      const decoder = new TextDecoder();
                      window.heard = '';
                      for (let next = await reader.read(); !next.done; next = await reader.read()) {
                        window.heard += decoder.decode(next.value);
                      }
                      await writer.closed;
                    });
                    kept.addEventListener('state', () => {
                      states.push(kept.state);
                      messages.add(kept.message);
                    });
                  };
                  begin('/echo');
                }
                """);
        awaitState("open");
    }

    @AfterEach
    void stop() {
        page.close();
        server.close();
    }

    private void start(int port) {
        ClassLoader classPath = KeepOpenIT.class.getClassLoader();
        server = DuplexServer.builder()
                .port(port)
                .tls(TestServer.certificates().sslContext())
                .handle("/echo", DuplexHandler.builder(KeepOpenIT::echo).build())
                .handle(
                        "/private",
                        DuplexHandler.builder(KeepOpenIT::echo)
                                .authorize(request -> CompletableFuture.completedStage(
                                        Authorization.refuse(401, "There is no account.")))
                                .build())
                .resources(classPath, "e2e")
                .resources(classPath, "META-INF/resources/http2-duplex")
                .build();
        server.start();
    }

    private static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    private void awaitState(String state) {
        page.call("state => until(() => kept.state === state, `${state}, not ${states}`)", state);
    }

    private void assertItEchoes() {
        page.call("async () => { await say('Hello'); await until(() => heard === 'Hello', 'the echo'); }");
    }

    private List<Object> states() {
        return page.callForList("() => states", null);
    }

    @Test
    void a_page_whose_server_is_gone_comes_back_when_there_is_one_again() {
        assertItEchoes();
        int port = server.port();

        server.close();
        page.call("() => until(() => states.filter(state => state === 'waiting').length > 2, 'three tries')");
        start(port);

        awaitState("open");
        assertItEchoes();
        assertThat(page.call("() => count")).isEqualTo(2);
        assertThat(states()).containsSubsequence("open", "waiting", "connecting", "waiting", "connecting", "open");
        assertThat(page.callForList("() => [...messages]", null))
                .contains("The server was restarted. Trying again soon.", "Connecting again…", "Connected")
                .noneMatch(message -> message.toString().contains("GET"));
    }

    @Test
    void a_page_leaves_a_server_that_drains_and_loses_nothing() {
        int port = server.port();
        page.call("() => void Promise.all(Array.from({ length: 100 }, () => say('Hello')))");

        server.shutdown(Duration.ofSeconds(10));
        Object heard = page.call("() => heard.length");
        start(port);

        awaitState("open");
        assertItEchoes();
        assertThat(heard).isEqualTo(500);
        assertThat(states()).containsSubsequence("open", "draining", "waiting", "connecting", "open");
    }

    @Test
    void a_page_that_is_offline_says_so_and_comes_back_at_once_when_it_is_online() {
        int port = server.port();
        page.page().context().setOffline(true);
        server.close();
        page.call("() => until(() => ['offline', 'detached'].includes(kept.state), states)");
        start(port);

        page.page().context().setOffline(false);

        awaitState("open");
        assertItEchoes();
        assertThat(page.call("() => count")).isEqualTo(2);
    }

    @Test
    void a_page_without_an_account_is_told_to_sign_in_and_does_not_try_again() {
        assertThat(page.call("""
                        async () => {
                          kept.stop();
                          begin('/private');
                          const { response } = await kept.closed.catch((error) => error);
                          return [response.status, kept.state, kept.message, count];
                        }
                        """)).isEqualTo(List.of(401, "closed", "Please sign in again.", 1));
    }
}
