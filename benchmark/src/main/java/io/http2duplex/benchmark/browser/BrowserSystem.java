package io.http2duplex.benchmark.browser;

import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a page talks to, and how.
 *
 * @param name as in the results
 * @param server which of the server processes
 * @param client which of the page's clients
 * @param options the client's
 */
record BrowserSystem(String name, Server server, String client, Map<String, Object> options) {
    /** The Java peers. */
    static final String GUACAMOLE = "Guacamole 1.6.0";

    static final String ATMOSPHERE = "Atmosphere 3.1.0";

    /** A server process, which several systems may share: one of them at a time. */
    enum Server {
        OWN,
        STOCK,
        WEBSOCKET,
        FLOOR,
        GUACAMOLE,
        ATMOSPHERE,
        HTTP2_DUPLEX,
        ENGINE_IO;

        ServerProcess start(Settings settings) {
            return switch (this) {
                case OWN, STOCK, WEBSOCKET, FLOOR, GUACAMOLE, ATMOSPHERE ->
                    ServerProcess.java(name(), settings, List.of());
                case HTTP2_DUPLEX -> ServerProcess.node("http2-duplex.mjs", settings, List.of());
                case ENGINE_IO -> ServerProcess.node("engine.io.mjs", settings, List.of());
            };
        }
    }

    /** {@return the one of that name} */
    static BrowserSystem named(String name) {
        return all().stream()
                .filter(system -> system.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** {@return those of which it is measured what they do with a connection; the short form has none of a peer} */
    static List<BrowserSystem> connections(Settings settings) {
        Set<String> names = settings.isFull()
                ? Set.of("dialect 2, streaming", "dialect 2, polls", "engine.io polling", GUACAMOLE, ATMOSPHERE)
                : Set.of("dialect 2, streaming");
        return all().stream()
                .filter(system -> names.contains(system.name()) && settings.isMeasured(system.name()))
                .toList();
    }

    /** {@return whether every build runs it: the Java peers take longer to start than the others} */
    boolean isInShortForm() {
        return server != Server.GUACAMOLE && server != Server.ATMOSPHERE;
    }

    /** {@return whether it is this project} */
    boolean isOwn() {
        return name.startsWith("dialect ");
    }

    /** {@return all of them; those that are compared are near each other} */
    static List<BrowserSystem> all() {
        List<BrowserSystem> systems = new ArrayList<>();
        for (boolean streaming : new boolean[] {false, true}) {
            String mode = streaming ? "streaming" : "POST";
            systems.add(new BrowserSystem("fetch, " + mode, Server.FLOOR, "floor", Map.of("streaming", streaming)));
            for (int dialect : new int[] {2, 1}) {
                for (Server server : List.of(Server.OWN, Server.STOCK)) {
                    systems.add(new BrowserSystem(
                            "dialect " + dialect + ", " + mode + (server == Server.STOCK ? ", stock" : ""),
                            server,
                            "web-streams",
                            Map.of("dialect", dialect, "streaming", streaming)));
                }
            }
            systems.add(new BrowserSystem(
                    "http2-duplex 6.0.3, " + mode,
                    Server.HTTP2_DUPLEX,
                    "http2-duplex",
                    Map.of("streaming", streaming)));
        }
        systems.add(new BrowserSystem("WebSocket", Server.WEBSOCKET, "websocket", Map.of()));
        systems.add(new BrowserSystem("engine.io polling", Server.ENGINE_IO, "engine.io", Map.of()));
        systems.add(new BrowserSystem(GUACAMOLE, Server.GUACAMOLE, "guacamole", Map.of()));
        systems.add(new BrowserSystem(ATMOSPHERE, Server.ATMOSPHERE, "atmosphere", Map.of()));
        return systems;
    }
}
