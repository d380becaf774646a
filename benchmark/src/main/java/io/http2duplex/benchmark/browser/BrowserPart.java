package io.http2duplex.benchmark.browser;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The measurements in the browser: each run is one system, at one round-trip time, in a browser of its own. A round has
 * one run of each; every other round goes backwards. The first only finds the sizes of transfers.
 */
public final class BrowserPart {
    /** The name of its results. */
    public static final String NAME = "browser";

    /** The setting of duplexes that are open and do nothing: how often each asks the server. */
    public static final String REQUESTS = "requests of an idle duplex";

    /** The setting of downloads whose connection is cut. */
    public static final String CUT = "cuts";

    /** The setting of openings on a path that holds back the bodies of responses until they have ended. */
    public static final String HELD = "responses held back";

    /** The setting of duplexes that are open and do nothing: how much of the server's heap each takes. */
    public static final String IDLE = "idle";

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> BULK = List.of("upload", "download", "both");
    /** Far more than any run takes: one that takes longer hangs. */
    private static final int PATIENCE_MINUTES = 3;

    private final Settings settings;
    private final BrowserPlan plan;
    private final String trusted;
    private final Map<BrowserSystem.Server, ServerProcess> servers = new EnumMap<>(BrowserSystem.Server.class);
    /** What is not measured any more. */
    private final Set<BrowserSystem> failed = new HashSet<>();
    /** By round-trip time, system and direction: so much is transferred in one run, in bytes. */
    private final Map<String, Long> sizes = new HashMap<>();

    private BrowserPart(Settings settings) throws IOException, GeneralSecurityException {
        this.settings = settings;
        plan = settings.isFull() ? BrowserPlan.FULL : BrowserPlan.SHORT;
        trusted = publicKeyHash(settings);
    }

    /** Measures, and keeps what was measured after every run. */
    public static void run(Settings settings) throws Exception {
        BrowserPart part = new BrowserPart(settings);
        Results results = new Results(settings, NAME);
        try {
            for (int round = 0; round <= part.plan.rounds(); round++) {
                part.round(round, results);
            }
            part.cuts(results);
            if (settings.isFull()) {
                part.requests(results);
                part.held(results);
                for (BrowserSystem system : BrowserSystem.idle()) {
                    part.idle(system, results);
                }
                for (BrowserTrace trace : BrowserTrace.all()) {
                    part.trace(trace);
                }
            }
        } finally {
            part.servers.values().forEach(ServerProcess::close);
        }
    }

    private void round(int round, Results results) throws Exception {
        List<BrowserSystem> systems = new ArrayList<>(BrowserSystem.all());
        systems.removeIf(system -> !settings.isMeasured(system.name())
                || failed.contains(system)
                || plan.leftOut().contains(system.name()));
        if (round % 2 == 1) {
            Collections.reverse(systems);
        }
        for (int roundTrip : plan.roundTripMillis()) {
            for (BrowserSystem system : systems) {
                try {
                    Run run = measure(system, roundTrip, round == 0);
                    if (round > 0 || plan.rounds() == 0) {
                        results.add(run);
                    }
                } catch (IllegalStateException e) {
                    leaveOut(system, e);
                }
            }
            systems.removeAll(failed);
        }
    }

    /** In the full form, which takes long, a peer that fails is not measured any more, but what others do is. */
    private void leaveOut(BrowserSystem system, IllegalStateException failure) {
        if (system.isOwn() || !settings.isFull()) {
            throw failure;
        }
        failed.add(system);
        System.err.println("Left out from now on: " + failure.getMessage());
    }

    private ServerProcess server(BrowserSystem system) {
        return servers.computeIfAbsent(system.server(), kind -> kind.start(settings));
    }

    private Run measure(BrowserSystem system, int roundTrip, boolean first) throws Exception {
        ServerProcess server = server(system);
        if (roundTrip == 0) {
            return measure(system, roundTrip, first, server, server.port());
        }
        try (DelayProxy proxy = new DelayProxy(server.port(), Duration.ofMillis(roundTrip))) {
            return measure(system, roundTrip, first, server, proxy.port());
        }
    }

    private Run measure(BrowserSystem system, int roundTrip, boolean first, ServerProcess server, int port)
            throws Exception {
        String setting = roundTrip + " ms";
        Map<String, Double> figures = figures(system, setting, server, port, phases(system, roundTrip, first));
        Run run = new Run(setting, system.name(), figures);
        for (String bulk : BULK) {
            double wanted = plan.bulkMillis(roundTrip) / run.figure(bulk + ".millis");
            long bytes = (long) (run.figure(bulk + ".bytes") * wanted);
            sizes.putIfAbsent(key(system, roundTrip, bulk), Math.min(plan.maxBulk(), bytes));
        }
        return run;
    }

    private List<BrowserSystem> connections() {
        return BrowserSystem.connections(settings).stream()
                .filter(system -> !failed.contains(system))
                .toList();
    }

    /** How many requests a minute an idle duplex makes: all of them at the same time, since most of it is waiting. */
    private void requests(Results results) throws Exception {
        Map<String, Object> phases = Map.of("requests", Map.of("millis", plan.idleMillis()));
        List<BrowserSystem> systems = connections();
        List<Callable<Run>> idle = new ArrayList<>();
        for (BrowserSystem system : systems) {
            ServerProcess server = server(system);
            idle.add(() -> new Run(REQUESTS, system.name(), figures(system, REQUESTS, server, server.port(), phases)));
        }
        ExecutorService pages = Executors.newCachedThreadPool();
        try {
            List<Future<Run>> runs = pages.invokeAll(idle);
            for (int i = 0; i < runs.size(); i++) {
                try {
                    results.add(runs.get(i).get());
                } catch (ExecutionException e) {
                    leaveOut(systems.get(i), new IllegalStateException(e.getCause()));
                }
            }
        } finally {
            pages.shutdownNow();
        }
    }

    /** What is lost when the connection is cut again and again during a download of numbered messages. */
    private void cuts(Results results) throws Exception {
        Map<String, Object> phases =
                Map.of("cut", Map.of("count", plan.messages(), "times", plan.cuts(), "millis", plan.cutPatience()));
        for (BrowserSystem system : connections()) {
            ServerProcess server = server(system);
            try (DelayProxy proxy = new DelayProxy(server.port(), Duration.ZERO)) {
                Map<String, Double> figures = figures(
                        system,
                        CUT,
                        server,
                        proxy.port(),
                        phases,
                        List.of(),
                        driver -> driver.at("/cut", proxy::cut),
                        () -> {});
                Run run = new Run(CUT, system.name(), figures);
                // The full form has a goal for it.
                if (!settings.isFull() && run.figure("cut.lost") + run.figure("cut.twice") > 0) {
                    throw new IllegalStateException(system.name() + " has lost or repeated messages: " + figures);
                }
                results.add(run);
            } catch (IllegalStateException e) {
                leaveOut(system, e);
            }
        }
    }

    /** How long a page takes to open a duplex where no response passes before it has ended. */
    private void held(Results results) throws Exception {
        BrowserSystem system = BrowserSystem.asItIs();
        if (settings.isMeasured(system.name())) {
            ServerProcess server = server(system);
            try (HoldingProxy proxy = new HoldingProxy(server.port(), settings.development())) {
                Map<String, Object> phases = Map.of("held", Map.of());
                results.add(new Run(HELD, system.name(), figures(system, HELD, server, proxy.port(), phases)));
            }
        }
    }

    /** How much heap one takes of a server of its own, in which nothing of another run is left. */
    private void idle(BrowserSystem system, Results results) throws Exception {
        if (settings.isMeasured(system.name())) {
            try (ServerProcess server = system.server().start(settings)) {
                Map<String, Object> phases = Map.of("idle", Map.of("count", plan.idle()));
                results.add(new Run(
                        IDLE,
                        system.name(),
                        figures(system.with("max_websockets", plan.idle()), IDLE, server, server.port(), phases)));
            }
        }
    }

    /** Has a browser write what it does in round trips without a delay. */
    private void trace(BrowserTrace trace) throws Exception {
        Path file = trace.file(settings);
        Files.deleteIfExists(file);
        BrowserSystem system = BrowserSystem.named(trace.system());
        if (settings.isMeasured(system.name())) {
            ServerProcess server = server(system);
            Map<String, Object> phases =
                    Map.of("roundTrip", Map.of("count", BrowserTrace.ROUND_TRIPS, "mark", BrowserTrace.MARK));
            figures(
                    system,
                    "a trace",
                    server,
                    server.port(),
                    phases,
                    BrowserTrace.arguments(file),
                    driver -> {},
                    () -> BrowserTrace.awaitWritten(file));
        }
    }

    private Map<String, Double> figures(
            BrowserSystem system, String setting, ServerProcess server, int port, Map<String, Object> phases)
            throws Exception {
        return figures(system, setting, server, port, phases, List.of(), driver -> {}, () -> {});
    }

    /**
     * What a page measures, in a browser of its own.
     *
     * @param arguments of the browser, besides those that it always has
     * @param prepare what the page may ask of the driver, besides what every page asks
     * @param last done before the browser is closed
     */
    private Map<String, Double> figures(
            BrowserSystem system,
            String setting,
            ServerProcess server,
            int port,
            Map<String, Object> phases,
            List<String> arguments,
            Consumer<PageDriver> prepare,
            Runnable last)
            throws Exception {
        Chromium[] browser = new Chromium[1];
        try (PageDriver driver = new PageDriver(Map.of(
                "cpu.server",
                server::cpuMillis,
                "cpu.page",
                () -> browser[0].pageCpuMillis(),
                "cpu.browser",
                () -> browser[0].cpuMillis(),
                "heap",
                server::heapBytes))) {
            prepare.accept(driver);
            Map<String, Object> task = Map.of(
                    "driver", driver.address(),
                    "client", system.client(),
                    "options", system.options(),
                    "phases", phases);
            String fragment = URLEncoder.encode(JSON.writeValueAsString(task), StandardCharsets.UTF_8)
                    .replace("+", "%20");
            String address = "https://localhost:" + port + "/page.html#" + fragment;
            try (Chromium chromium = new Chromium(settings.temporary("profiles"), trusted, address, arguments)) {
                browser[0] = chromium;
                Map<String, Double> figures = driver.report().get(PATIENCE_MINUTES, TimeUnit.MINUTES);
                last.run();
                return figures;
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException(
                        system.name() + ", " + setting + ": "
                                + (e.getCause() == null
                                        ? "no report within " + PATIENCE_MINUTES + " minutes"
                                        : e.getCause().getMessage()),
                        e);
            }
        }
    }

    private Map<String, Object> phases(BrowserSystem system, int roundTrip, boolean first) {
        Map<String, Object> phases = new LinkedHashMap<>();
        phases.put("roundTrip", Map.of("count", plan.pings(roundTrip)));
        phases.put("writes", Map.of("millis", plan.writesMillis()));
        for (String bulk : BULK) {
            // Larger and larger, until one takes half as long as wanted: windows grow in the beginning, and the rate.
            phases.put(
                    bulk,
                    first
                            ? Map.of("bytes", plan.firstBulk(), "millis", plan.bulkMillis(roundTrip) / 2)
                            : Map.of("bytes", sizes.get(key(system, roundTrip, bulk)), "millis", 0));
        }
        phases.put("open", Map.of("count", plan.open(), "times", plan.openings()));
        return phases;
    }

    private static String key(BrowserSystem system, int roundTrip, String bulk) {
        return roundTrip + " " + system.name() + " " + bulk;
    }

    private static String publicKeyHash(Settings settings) throws IOException, GeneralSecurityException {
        try (InputStream file = Files.newInputStream(settings.development().certificateChain())) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(file);
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return Base64.getEncoder().encodeToString(hash);
        }
    }
}
