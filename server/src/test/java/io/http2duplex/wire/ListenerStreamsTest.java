package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many duplexes on one connection of {@link DuplexServer}: each works, or is refused at once. */
class ListenerStreamsTest {
    private static DuplexServer start(int maxStreams) {
        DuplexServer server = DuplexServer.builder()
                .maxStreams(maxStreams)
                .handle(
                        "/",
                        DuplexHandler.builder(TestServer::echo)
                                .maxSessionsPerConnection(1000)
                                .build())
                .build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/");
        Await.result(client.settings);
        return client;
    }

    private static void echoes(Resumable duplex) throws IOException {
        duplex.write(new byte[] {1, 2, 3});
        assertThat(duplex.read(3)).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 100, 256})
    void everyDuplexEchoesOrIsRefusedByTheOptionsName(int maxStreams) throws IOException {
        try (DuplexServer server = start(maxStreams);
                Http2Client client = connect(server)) {
            List<Resumable> opened = new ArrayList<>();
            List<Request> streams = new ArrayList<>();
            String refusal = "";
            while (refusal.isEmpty()) {
                Request download = Resumable.get(client);
                if (download.status() == 200) {
                    Resumable duplex = Resumable.opened(client, download);
                    opened.add(duplex);
                    streams.add(client.send("POST", true, Resumable.headers("http2-duplex-id", duplex.id())));
                    client.ping(); // it is turned away by now, or open
                } else {
                    assertThat(download.status()).isEqualTo(429);
                    refusal = new String(download.readToEnd(), StandardCharsets.UTF_8);
                }
            }
            assertThat(refusal).contains("maxStreams");
            assertThat(opened.size()).isGreaterThanOrEqualTo(maxStreams / 2);
            for (Resumable duplex : opened) {
                echoes(duplex);
            }
            int turnedAway = 0;
            for (Request stream : streams) {
                if (stream.isOver()) {
                    assertThat(stream.status()).isEqualTo(411);
                    turnedAway++;
                }
            }
            assertThat(turnedAway).isBetween(1, opened.size() / 2 + 1);
        }
    }

    /** As Node's client does, whose close() lets streams come to their end. */
    @Test
    void aClientThatGoesAwayMayEndWhatItHasBegun() throws IOException {
        try (DuplexServer server = start(256);
                Http2Client client = connect(server)) {
            Request download = client.open();
            Request upload = client.single(download.id()).write(new byte[] {1, 2, 3});
            assertThat(download.read(3)).containsExactly(1, 2, 3);
            client.goAway();
            client.goAway();
            client.ping();
            upload.write(new byte[100_000]).end();
            assertThat(download.readToEnd()).hasSize(100_000);
            assertThat(upload.status()).isEqualTo(200);
        }
    }

    /** Of the default limits the sessions of a connection are reached before its streams. */
    @Test
    void withTheDefaultsAHundredDuplexesOfAConnectionEchoAndTheOthersAreToldWhy() throws IOException {
        DuplexServer server = DuplexServer.builder()
                .handle("/", DuplexHandler.builder(TestServer::echo).build())
                .build();
        server.start();
        try (server;
                Http2Client client = connect(server)) {
            List<Resumable> opened = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Request download = Resumable.get(client);
                if (download.status() == 200) {
                    Resumable duplex = Resumable.opened(client, download);
                    opened.add(duplex);
                    client.send("POST", true, Resumable.headers("http2-duplex-id", duplex.id()));
                } else {
                    assertThat(download.status()).isEqualTo(429);
                    assertThat(new String(download.readToEnd(), StandardCharsets.UTF_8))
                            .contains("maxSessionsPerConnection");
                }
            }
            assertThat(opened).hasSize(100);
            for (Resumable duplex : opened) {
                echoes(duplex);
            }
        }
    }

    @Test
    void resumingNeedsNoRoom() throws IOException {
        try (DuplexServer server = start(16);
                Http2Client client = connect(server)) {
            Resumable first = Resumable.open(client);
            while (Resumable.get(client).status() == 200) {
                // until there is no room for another
            }
            first.resume(client);
            echoes(first);
        }
    }
}
