package io.http2duplex.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Duplexes of dialect 1 on one HTTP/2 connection to a real server, whose application echoes and publishes. */
@Timeout(120)
class NetworkTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    private static @Nullable DevelopmentCertificates certificates;

    private final Topic<String> topic = Topics.local().topic("all", Codec.text());

    @SuppressWarnings("NullAway.Init")
    private DuplexServer server;

    @SuppressWarnings("NullAway.Init")
    private HttpClient client;

    private static synchronized DevelopmentCertificates certificates() {
        DevelopmentCertificates known = certificates;
        if (known == null) {
            known = DevelopmentCertificates.in(directory);
            certificates = known;
        }
        return known;
    }

    @BeforeEach
    void start() {
        DuplexHandler handler = DuplexHandler.builder(duplex -> {
                    try (Messages<String, String> messages = Messages.over(duplex, Codec.text(), Codec.text())) {
                        topic.join(messages);
                        messages.send("welcome");
                        for (String message : messages) {
                            messages.send(message);
                        }
                    }
                })
                .build();
        server = DuplexServer.builder()
                .tls(certificates().sslContext())
                .handle("/messages", handler)
                .build();
        server.start();
        client = HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(certificates().caCertificate()))
                .build();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A client of dialect 1. */
    private final class Client {
        private final URI uri = URI.create("https://localhost:" + server.port() + "/messages");
        private final String id;
        private final DataInputStream download;

        Client() throws Exception {
            HttpResponse<InputStream> response =
                    client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            id = response.headers().firstValue("http2-duplex-id").orElseThrow();
            download = new DataInputStream(response.body());
            download.readByte(); // the first one means nothing
            assertThat(next()).isEqualTo("welcome");
        }

        String next() throws IOException {
            byte[] payload = new byte[download.readInt()];
            download.readFully(payload);
            return new String(payload, UTF_8);
        }

        int post(byte[] bytes, boolean end) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("http2-duplex-id", id)
                    .header("http2-duplex-end", Boolean.toString(end))
                    .POST(BodyPublishers.ofByteArray(bytes))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }

        void say(String text) throws Exception {
            assertThat(post(Vectors.frames(text.getBytes(UTF_8)), false)).isEqualTo(200);
        }
    }

    @Test
    void brokenMessagesHarmNoOtherDuplexOfTheConnection() throws Exception {
        Client good = new Client();
        Client tooLong = new Client();
        Client unreadable = new Client();
        Client cut = new Client();

        tooLong.post(new byte[] {127, 0, 0, 0}, false);
        unreadable.post(Vectors.frames(new byte[] {(byte) 0xC3, 0x28}), false);
        cut.post(new byte[] {0, 0, 0, 3, 'a'}, true);

        for (Client broken : List.of(tooLong, unreadable, cut)) {
            assertThatThrownBy(broken::next).isInstanceOf(IOException.class);
        }
        good.say("still here");
        assertThat(good.next()).isEqualTo("still here");
        String large = "x".repeat(300_000);
        good.say(large);
        assertThat(good.next()).isEqualTo(large);
        good.say("");
        assertThat(good.next()).isEmpty();
        assertThat(good.post(new byte[0], true)).isEqualTo(200);
        assertThat(good.download.read()).isEqualTo(-1);
    }

    @Test
    void whatIsPublishedComesToEveryDuplex() throws Exception {
        List<Client> members = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            members.add(new Client());
        }
        for (int i = 0; i < 20; i++) {
            topic.publish("message " + i);
        }
        for (Client member : members) {
            for (int i = 0; i < 20; i++) {
                assertThat(member.next()).isEqualTo("message " + i);
            }
        }
        assertThat(topic.statistics()).isEqualTo(new TopicStatistics(50, 20, 1_000, 0, 0));
    }
}
