package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import io.http2duplex.example.chat.ChatCommand;
import io.http2duplex.example.chat.ChatServer;
import io.http2duplex.messages.Bus;
import io.http2duplex.nodes.JGroupsBus;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat, as people on phones meet it. */
class ChatIT {
    private static final byte[] KEY = UUID.randomUUID().toString().getBytes(UTF_8);
    private static final LocatorAssertions.HasTextOptions PATIENT =
            new LocatorAssertions.HasTextOptions().setTimeout((int) Await.LIMIT.toMillis());

    @RegisterExtension
    final TestPage browser = new TestPage();

    private final List<AutoCloseable> open = new ArrayList<>();
    private String address;

    @AfterEach
    void close() throws Exception {
        for (int i = open.size(); i > 0; i--) {
            open.get(i - 1).close();
        }
    }

    /** A node of its own, to be killed. */
    static final class NodeProcess {
        public static void main(String... arguments) throws IOException {
            node("n2", Integer.parseInt(arguments[0]), arguments[1].getBytes(UTF_8), arguments[2]);
            System.out.println("started");
        }
    }

    private static ChatServer node(String route, int port, byte[] key, String group) throws IOException {
        ChatServer node = new ChatServer(route, key, JGroupsBus.join(group), ChatCommand.node(port));
        node.start();
        return node;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** {@return the second of two nodes behind a front} */
    private Process startTwoNodes() throws IOException {
        String group = "chat-" + UUID.randomUUID();
        int first = freePort();
        int second = freePort();
        open.add(node("n1", first, KEY, group));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeProcess.class.getName(),
                        "" + second,
                        new String(KEY, UTF_8),
                        group)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        open.add(process::destroyForcibly);
        assertThat(process.inputReader().readLine()).isEqualTo("started");
        DuplexServer front = ChatCommand.front(0, TestServer.certificates().sslContext(), KEY, first, second);
        front.start();
        open.add(front);
        address = "https://localhost:" + front.port();
        return process;
    }

    private void startOneNode() {
        ChatServer node = new ChatServer(
                "",
                KEY,
                Bus.local(),
                options -> options.tls(TestServer.certificates().sslContext()));
        node.start();
        open.add(node);
        address = "https://localhost:" + node.port();
    }

    private BrowserContext phone() {
        BrowserContext context = browser.page()
                .context()
                .browser()
                .newContext(new Browser.NewContextOptions()
                        .setIgnoreHTTPSErrors(true)
                        .setViewportSize(390, 700));
        context.setDefaultTimeout((int) Await.LIMIT.toMillis());
        open.add(context);
        return context;
    }

    /** {@return the page of somebody who has an account} */
    private Page enter(String name, String room) {
        BrowserContext context = phone();
        assertThat(context.request()
                        .post(address + "/sign-in", RequestOptions.create().setData(name))
                        .status())
                .isEqualTo(204);
        Page page = context.newPage();
        page.navigate(address + "/chat.html?room=" + room);
        assertThat(page.locator("#state")).hasText("Connected", PATIENT);
        return page;
    }

    private static void say(Page page, String text) {
        page.getByLabel("Message").fill(text);
        page.getByText("Send").click();
    }

    private static Locator lines(Page page) {
        return page.locator("#lines li");
    }

    private static void assertPresent(Page page, String names) {
        assertThat(page.locator("#present")).hasText(names, PATIENT);
    }

    @Test
    void people_on_two_nodes_talk_and_go_on_when_one_node_is_killed() throws Exception {
        Process second = startTwoNodes();
        Page ann = enter("Ann", "tea");
        Page ben = enter("Ben", "tea");
        Page cem = enter("Cem", "tea");
        List<Page> all = List.of(ann, ben, cem);
        all.forEach(page -> assertPresent(page, "Ann, Ben, Cem"));

        ann.getByLabel("Message").pressSequentially("He");
        assertThat(ben.locator("#typing")).hasText("Ann is typing…");
        say(ann, "Hello");
        all.forEach(page -> assertThat(lines(page)).hasText(new String[] {"AnnHello"}));

        ben.evaluate("""
                () => {
                  window.states = [];
                  const state = document.getElementById('state');
                  new MutationObserver(() => states.push(state.textContent)).observe(state, { childList: true });
                }
                """);
        second.destroyForcibly().waitFor();
        ben.waitForFunction("() => states.length > 1 && states.at(-1) === 'Connected'");
        assertThat(String.valueOf(ben.evaluate("() => states.join('; ')"))).contains("The connection was lost.");

        say(ben, "Still here");
        all.forEach(page -> assertPresent(page, "Ann, Ben, Cem"));
        all.forEach(page -> assertThat(lines(page)).hasText(new String[] {"AnnHello", "BenStill here"}));
        Page dan = enter("Dan", "tea");
        assertThat(lines(dan)).hasText(new String[] {"AnnHello", "BenStill here"});
        dan.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of(System.getProperty("e2e.target"), "screenshots", "chat.png")));
    }

    @Test
    void somebody_new_signs_in_and_sees_the_last_fifty_lines_of_the_room() {
        startOneNode();
        Page ann = enter("Ann", "tea");
        Page elsewhere = enter("Eve", "coffee");
        for (int i = 1; i <= 51; i++) {
            say(ann, "Line " + i);
        }
        say(ann, "<b>52</b>");
        assertThat(lines(ann)).hasCount(52);

        Page page = phone().newPage();
        page.navigate(address + "/chat.html?room=tea");
        page.getByLabel("Your name").fill("<Ben>");
        page.getByText("Come in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        page.getByLabel("Your name").fill("Ben");
        page.getByText("Come in").click();

        assertThat(lines(page)).hasCount(50);
        assertThat(lines(page).first()).hasText("AnnLine 3");
        assertThat(lines(page).last()).hasText("Ann<b>52</b>");
        assertPresent(page, "Ann, Ben");
        assertPresent(elsewhere, "Eve");
        assertThat(lines(elsewhere)).hasCount(0);
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }
}
