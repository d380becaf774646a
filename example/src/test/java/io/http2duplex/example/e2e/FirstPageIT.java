package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.TestServer;
import io.undertow.server.handlers.ResponseCodeHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** README's first page, served as README's first server does it, on a free port. */
class FirstPageIT {
    @RegisterExtension
    final TestPage browser = new TestPage();

    @Test
    void itShowsWhatHasComeBack() {
        ClassLoader classPath = FirstPageIT.class.getClassLoader();
        try (DuplexServer server = DuplexServer.builder()
                .tls(TestServer.certificates().sslContext())
                .handle(
                        "/example",
                        DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                                .build())
                .handle("/favicon.ico", ResponseCodeHandler.HANDLE_200) // the browser asks for it
                .resources(classPath, "page")
                .resources(classPath, "META-INF/resources/http2-duplex")
                .build()) {
            server.start();
            Page page = browser.page();

            page.navigate("https://localhost:" + server.port() + "/first.html");

            assertThat(page.locator("body")).hasText("Hello");
            browser.close(); // the duplex is still open: the server's end would be noise in the console
        }
    }
}
