package io.http2duplex.benchmark.clients;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.client.DuplexClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/** Transfers with resumption on: how fast they are when what is under way is kept until the other end has confirmed it. */
public final class ResumptionPart {
    /** The name of its results. */
    public static final String NAME = "resumption";

    /** The only setting. */
    public static final String SETTING = "resumption on";

    public static final String OWN = "DuplexClient";
    public static final String RSOCKET = "RSocket 1.1.5";
    public static final String SIGNALR = "SignalR 10.0.11";
    public static final String SIGNALR_LARGE = SIGNALR + ", as many bytes as DuplexClient";

    /** In bytes, as it is by default: how much each may have unconfirmed, in each direction. */
    private static final int OWN_UNCONFIRMED = 16 * 1024 * 1024;

    private static final int SIGNALR_UNCONFIRMED = 100_000;
    private static final int RSOCKET_UNCONFIRMED = 100_000;

    private static final double MEGABYTE = 1e6;

    private final Settings settings;
    private final Results results;
    private final int rounds;

    private ResumptionPart(Settings settings) {
        this.settings = settings;
        rounds = settings.isFull() ? 4 : 1;
        results = new Results(settings, NAME);
    }

    /** Measures, and keeps what was measured after every run. The first round warms up. */
    public static void run(Settings settings) throws IOException {
        ResumptionPart part = new ResumptionPart(settings);
        // What takes longer than a second for 100 KB is not in every build.
        int fast = settings.isFull() ? 200 : 1;
        try (ServerProcess own = ServerProcess.java("OWN", settings, List.of("-Xmx1g"));
                ServerProcess rsocket = ServerProcess.java("RSOCKET", settings, List.of("-Xmx1g"));
                ServerProcess signalR = ServerProcess.node("signalr.mjs", settings, List.of())) {
            for (int round = 0; round < part.rounds; round++) {
                boolean counts = round > 0 || part.rounds == 1;
                part.measure(OWN, OWN_UNCONFIRMED, fast, counts, () -> part.ownClient(own.port()));
                part.measure(
                        RSOCKET,
                        RSOCKET_UNCONFIRMED,
                        fast,
                        counts,
                        () -> new RSocketClient(part.tls(), rsocket.port()));
                part.measure(
                        SIGNALR_LARGE,
                        OWN_UNCONFIRMED,
                        settings.isFull() ? 40 : 1,
                        counts,
                        () -> part.signalR(signalR.port(), OWN_UNCONFIRMED));
                if (settings.isFull() && counts) {
                    part.measure(
                            SIGNALR,
                            SIGNALR_UNCONFIRMED,
                            0.5,
                            true,
                            () -> part.signalR(signalR.port(), SIGNALR_UNCONFIRMED));
                }
            }
        }
    }

    private interface Connect {
        TransferClient client() throws IOException;
    }

    private void measure(String system, int unconfirmed, double megabytes, boolean counts, Connect connect)
            throws IOException {
        if (!settings.isMeasured(system)) {
            return;
        }
        long bytes = (long) (megabytes * MEGABYTE);
        try (TransferClient client = connect.client()) {
            Map<String, Double> figures = new TreeMap<>();
            figures.put("unconfirmed", (double) unconfirmed);
            figures.put("upload.megabytesPerSecond", megabytes / client.transfer(0, bytes));
            figures.put("download.megabytesPerSecond", megabytes / client.transfer(bytes, 0));
            figures.put("both.megabytesPerSecond", megabytes / client.transfer(bytes, bytes));
            if (counts) {
                results.add(new Run(SETTING, system, figures));
            }
        }
    }

    private SSLContext tls() {
        return TlsContexts.trusting(settings.development().caCertificate());
    }

    private TransferClient ownClient(int port) {
        HttpClient.Builder http = HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(settings.development().caCertificate()));
        return new JavaClient(DuplexClient.builder().httpClient(http::build).build(), port);
    }

    private TransferClient signalR(int port, int unconfirmed) throws IOException {
        return new NodeClient(settings, "signalr", "https://localhost:" + port, Integer.toString(unconfirmed));
    }
}
