package io.http2duplex.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.programs.RunningProgram;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes behind a balancer, each restarted in turn while duplexes are in use. The configurations of the balancers are those
 * of {@code docs/nodes}. The profile "restarts" has more of it.
 */
class RollingRestartTest {
    private static final int RESTARTS = Integer.getInteger("nodes.restarts");
    private static final int CLIENTS = RESTARTS > 2 ? 50 : 5;
    /** Duplexes that heed draining are gone long before. */
    private static final Duration GRACE = Duration.ofSeconds(RESTARTS > 2 ? 8 : 2);

    private static Node node(String route, int port, String other, int otherPort, boolean forwarding) {
        return new Node(
                route,
                port,
                false,
                forwarding
                        ? ForwardingHandler.builder(route).node(other, URI.create("http://127.0.0.1:" + otherPort))
                                ::build
                        : next -> next);
    }

    @ParameterizedTest
    @EnumSource(Balancer.class)
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void nodesAreRestartedUnderLoadAndNothingIsLost(Balancer balancer) throws Exception {
        int port = RunningProgram.freePort();
        int otherPort = RunningProgram.freePort();
        List<EchoClient> clients = new ArrayList<>();
        try (Node one = node("n1", port, "n2", otherPort, balancer.needsForwarding);
                Node two = node("n2", otherPort, "n1", port, balancer.needsForwarding);
                Balancer.Running running = balancer.start(one, two)) {
            // The last one cannot end its duplexes when their node drains.
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(EchoClient.start(Node.HTTP, running.address(), i < CLIENTS - 1, i));
            }
            EchoClient stubborn = clients.get(CLIENTS - 1);
            for (int i = 0; i < RESTARTS; i++) {
                awaitRounds(clients);
                Node restarted = stubborn.route().equals("n1") ? one : two;
                restarted.restart(GRACE);
                int opened = restarted.opened.get();
                // As who restarts nodes must wait: else the balancer knows of none that is up.
                Await.until("the balancer has noticed that the node is back", () -> restarted.opened.get() > opened);
            }
            awaitRounds(clients);
            clients.forEach(EchoClient::close);

            List<EchoClient> heeding = clients.subList(0, CLIENTS - 1);
            assertThat(heeding).allSatisfy(client -> {
                assertThat(client.failedOpenings).isEmpty();
                assertThat(client.resets).isEmpty();
                assertThat(client.endedCleanly.get()).isPositive();
            });
            assertThat(stubborn.failedOpenings).isEmpty();
            assertThat(stubborn.resets)
                    .containsOnly(ErrorCode.SHUT_DOWN.number())
                    .hasSize(RESTARTS);
            assertThat(one.failures).hasSizeLessThanOrEqualTo(RESTARTS).allMatch(ErrorCode.SHUT_DOWN::equals);
            assertThat(two.failures).hasSizeLessThanOrEqualTo(RESTARTS).allMatch(ErrorCode.SHUT_DOWN::equals);
            System.out.printf(
                    "%s: %d restarts, %d duplexes of %d clients ended cleanly, %d echoes, %d disturbances%n",
                    balancer,
                    RESTARTS,
                    clients.stream()
                            .mapToInt(client -> client.endedCleanly.get())
                            .sum(),
                    CLIENTS,
                    clients.stream().mapToInt(client -> client.rounds.get()).sum(),
                    clients.stream()
                            .mapToInt(client -> client.disturbances.get())
                            .sum());
        }
    }

    /** Waits until each client has had a few echoes more. */
    private static void awaitRounds(List<EchoClient> clients) {
        int[] rounds = clients.stream().mapToInt(client -> client.rounds.get()).toArray();
        for (int i = 0; i < rounds.length; i++) {
            EchoClient client = clients.get(i);
            int before = rounds[i];
            Await.until("a client goes on", () -> client.rounds.get() > before + 3 || client.hasFailed());
            if (client.hasFailed()) {
                client.close();
            }
        }
    }
}
