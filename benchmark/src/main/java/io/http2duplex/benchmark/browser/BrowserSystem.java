package io.http2duplex.benchmark.browser;

import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
        OWN_WEBSOCKETS,
        STOCK,
        WEBSOCKET,
        FLOOR,
        GUACAMOLE,
        ATMOSPHERE,
        TOMCAT,
        TOMCAT_STOCK,
        JETTY,
        JETTY_STOCK,
        HTTP2_DUPLEX("http2-duplex.mjs"),
        ENGINE_IO("engine.io.mjs");

        /** Its program for Node; null: it is in Java, known by its name. */
        private final @Nullable String program;

        Server() {
            program = null;
        }

        Server(String program) {
            this.program = program;
        }

        ServerProcess start(Settings settings) {
            return program == null
                    ? ServerProcess.java(name(), settings, List.of())
                    : ServerProcess.node(program, settings, List.of());
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

    /** {@return whether it is this project} */
    boolean isOwn() {
        return name.startsWith("dialect ");
    }

    /** {@return a page of the project's with no options at all} */
    static BrowserSystem asItIs() {
        return new BrowserSystem("dialect 2", Server.OWN, "web-streams", Map.of());
    }

    /** {@return those whose size in the server's heap is measured} */
    static List<BrowserSystem> idle() {
        return Stream.of("WebSocket", "dialect 2, WebSocket", "dialect 2, streaming")
                .map(BrowserSystem::named)
                .toList();
    }

    /** {@return the same with one more option of the client's} */
    BrowserSystem with(String option, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(options);
        more.put(option, value);
        return new BrowserSystem(name, server, client, more);
    }

    /** {@return all of them; those that are compared are near each other} */
    static List<BrowserSystem> all() {
        List<BrowserSystem> systems = new ArrayList<>();
        for (boolean streaming : new boolean[] {false, true}) {
            String mode = streaming ? "streaming" : "POST";
            systems.add(new BrowserSystem("fetch, " + mode, Server.FLOOR, "floor", Map.of("streaming", streaming)));
            for (int dialect : new int[] {2, 1}) {
                for (Server server : List.of(Server.OWN, Server.STOCK)) {
                    String where = server == Server.STOCK ? ", stock" : "";
                    systems.add(own(dialect, mode + where, server, Map.of("disable_request_streaming", !streaming)));
                }
            }
            systems.add(new BrowserSystem(
                    "dialect 2, " + mode + ", Node streams",
                    Server.OWN,
                    "node-streams",
                    Map.of("disable_request_streaming", !streaming)));
            systems.add(new BrowserSystem(
                    "http2-duplex 6.0.3, " + mode,
                    Server.HTTP2_DUPLEX,
                    "http2-duplex",
                    Map.of("streaming", streaming)));
        }
        systems.add(new BrowserSystem("WebSocket", Server.WEBSOCKET, "websocket", Map.of()));
        systems.add(new BrowserSystem("dialect 2, WebSocket", Server.OWN_WEBSOCKETS, "websocket-carrier", Map.of()));
        systems.add(new BrowserSystem(
                "dialect 2, WebSocket, Node streams",
                Server.OWN_WEBSOCKETS,
                "node-streams-websocket-carrier",
                Map.of()));
        systems.add(own(2, "carriers chosen", Server.OWN_WEBSOCKETS, Map.of()));
        Map<String, Object> posts = Map.of("disable_request_streaming", true);
        systems.add(own(2, "polls", Server.OWN, posts).with("download_modes", List.of("polling")));
        systems.add(new BrowserSystem("dialect 2, polls, Node streams", Server.OWN, "node-streams", posts)
                .with("download_modes", List.of("polling")));
        systems.add(new BrowserSystem("engine.io polling", Server.ENGINE_IO, "engine.io", Map.of()));
        systems.add(new BrowserSystem(GUACAMOLE, Server.GUACAMOLE, "guacamole", Map.of()));
        systems.add(new BrowserSystem(ATMOSPHERE, Server.ATMOSPHERE, "atmosphere", Map.of()));
        systems.add(own(2, "POST, Tomcat", Server.TOMCAT, posts));
        systems.add(own(2, "POST, Tomcat stock", Server.TOMCAT_STOCK, posts));
        systems.add(own(2, "streaming, Tomcat", Server.TOMCAT, Map.of()));
        systems.add(own(2, "streaming, Jetty", Server.JETTY, Map.of()));
        systems.add(own(2, "streaming, Jetty stock", Server.JETTY_STOCK, Map.of()));
        return systems;
    }

    /** This project, with options of its client. */
    private static BrowserSystem own(int dialect, String how, Server server, Map<String, Object> options) {
        return new BrowserSystem("dialect " + dialect + ", " + how, server, "web-streams", options)
                .with("dialect", dialect);
    }
}
