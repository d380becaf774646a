package io.http2duplex.benchmark.clients;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.client.DuplexClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The measurements with clients without a browser. One request: Node's native duplex of HTTP/2 uses this project's server,
 * and Node's own, with the same load. The Java client: against this project's server, and against a bare HttpClient.
 */
public final class ClientsPart {
    /** The name of its results. */
    public static final String NAME = "clients";

    /** The systems of {@code one request}: the client is the same. */
    public static final String OWN_SERVER = "DuplexServer";

    public static final String NODE_SERVER = "Node http2";
    /** The settings under which systems are compared. */
    public static final String ONE_REQUEST = "one request over HTTP/2, Node's client";

    public static final String JAVA = "Java clients";
    public static final String JAVA_CLIENT = "DuplexClient";
    public static final String BARE = "bare HttpClient";

    private static final long MEGABYTE = 1_000_000;

    private final Settings settings;
    private final ClientsPlan plan;
    private final Results results;

    private ClientsPart(Settings settings) {
        this.settings = settings;
        plan = settings.isFull() ? ClientsPlan.FULL : ClientsPlan.SHORT;
        results = new Results(settings, NAME);
    }

    /** Measures, and keeps what was measured after every run. */
    public static void run(Settings settings) throws IOException, InterruptedException {
        ClientsPart part = new ClientsPart(settings);
        try (ServerProcess own = ServerProcess.java("OWN", settings, List.of("-Xmx1g"));
                ServerProcess node = ServerProcess.node("native-duplex.mjs", settings, List.of());
                ServerProcess floor = ServerProcess.java("FLOOR", settings, List.of("-Xmx1g"))) {
            for (int round = 0; round < part.plan.rounds(); round++) {
                boolean counts = 2 * round >= part.plan.rounds() || part.plan.rounds() == 1;
                part.oneRequest(OWN_SERVER, own, counts);
                part.oneRequest(NODE_SERVER, node, counts);
                part.javaClient(own, counts);
                part.bareClient(floor, counts);
            }
        }
        part.idle();
    }

    private void keep(String setting, String system, Map<String, Double> figures, boolean counts) {
        if (counts) {
            results.add(new Run(setting, system, figures));
        }
    }

    private void oneRequest(String system, ServerProcess server, boolean counts) throws IOException {
        if (settings.isMeasured(system)) {
            try (Client client = new NodeClient(settings, "native-duplex", "https://localhost:" + server.port())) {
                keep(ONE_REQUEST, system, figures(client, server), counts);
            }
        }
    }

    private void javaClient(ServerProcess server, boolean counts) throws IOException {
        if (settings.isMeasured(JAVA_CLIENT)) {
            DuplexClient client =
                    DuplexClient.builder().httpClient(this::httpClient).build();
            try (Client measured = new JavaClient(client, server.port())) {
                keep(JAVA, JAVA_CLIENT, figures(measured, server), counts);
            }
        }
    }

    private Map<String, Double> figures(Client client, ServerProcess server) throws IOException {
        Map<String, Double> figures = new TreeMap<>();
        figures.put("roundTrip.p50", client.roundTrips(plan.roundTrips()));

        long cpu = server.cpuMillis();
        double writing = client.writes(plan.writes());
        figures.put("writes.perSecond", plan.writes() / writing);
        figures.put("writes.cpu", (server.cpuMillis() - cpu) * 1000.0 / plan.writes());

        long bytes = plan.megabytes() * MEGABYTE;
        bulk("upload", () -> client.transfer(0, bytes), server, figures);
        bulk("download", () -> client.transfer(bytes, 0), server, figures);
        bulk("both", () -> client.transfer(bytes, bytes), server, figures);
        bulk("echo", () -> client.echo(bytes), server, figures);
        return figures;
    }

    private interface Bulk {
        /** {@return how long it took, in seconds} */
        double go() throws IOException;
    }

    private void bulk(String what, Bulk bulk, ServerProcess server, Map<String, Double> figures) throws IOException {
        long cpu = server.cpuMillis();
        double seconds = bulk.go();
        figures.put(what + ".megabytesPerSecond", plan.megabytes() / seconds);
        figures.put(what + ".cpu", (double) (server.cpuMillis() - cpu) / plan.megabytes());
    }

    /** A POST of 32 bytes that is answered when they are there, which a round trip of the Java client is compared with. */
    private void bareClient(ServerProcess server, boolean counts) throws IOException, InterruptedException {
        if (!settings.isMeasured(BARE)) {
            return;
        }
        HttpClient client = httpClient();
        HttpRequest post = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/sink"))
                .POST(BodyPublishers.ofByteArray(new byte[JavaClient.SMALL]))
                .build();
        double[] millis = new double[plan.roundTrips()];
        for (int i = 0; i < millis.length; i++) {
            long before = System.nanoTime();
            String counted = client.send(post, BodyHandlers.ofString()).body();
            millis[i] = (System.nanoTime() - before) / 1e6;
            if (!counted.equals(Integer.toString(JavaClient.SMALL))) {
                throw new IllegalStateException("The server has counted " + counted + " bytes of a small POST");
            }
        }
        Arrays.sort(millis);
        keep(JAVA, BARE, Map.of("roundTrip.p50", millis[millis.length / 2]), counts);
    }

    private void idle() throws IOException {
        try (ServerProcess server = ServerProcess.java("OWN_MANY", settings, List.of("-Xmx1g"));
                IdleHeap heap = new IdleHeap(this::httpClient, server.port(), plan.duplexes())) {
            String setting = plan.duplexes() + " idle duplexes of one JVM";
            if (settings.isMeasured(BARE)) {
                results.add(new Run(setting, BARE, Map.of("heap", heap.ofBareDownloads())));
            }
            if (settings.isMeasured(JAVA_CLIENT)) {
                results.add(new Run(setting, JAVA_CLIENT, Map.of("heap", heap.ofDuplexes())));
            }
        }
    }

    private HttpClient httpClient() {
        return HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(settings.development().caCertificate()))
                .build();
    }
}
