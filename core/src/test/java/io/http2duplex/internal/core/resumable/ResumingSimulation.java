package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.MILLI;
import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import java.util.Random;

/**
 * One schedule of a client and a server of dialect 2 with a network between them, all drawn from a seed. It ends when
 * nothing more happens on either side; then nobody may still wait for something.
 */
final class ResumingSimulation {
    private static final int MOST_STEPS = 200_000;
    /** A poll may bring three bytes, and be replaced twice a second. */
    private static final long LONG_ENOUGH = 5_000_000 * MILLI;

    private final SimulatedNetwork network;
    private final SessionLimits limits;
    private final SimulatedRequests requests;
    private final SimulatedServer server;
    private final SimulatedClient client;
    /** Whether the network or the client may be away for longer than the server or the client waits. */
    private final boolean mayExpire;

    ResumingSimulation(long seed) {
        Random random = new Random(seed);
        network = new SimulatedNetwork(random);
        boolean heartbeat = random.nextInt(4) != 0;
        int maxWindow = 60 + random.nextInt(4000);
        int faults = random.nextInt(3) == 0 ? 0 : random.nextInt(8);
        // Each fault may hold a resuming GET until the client gives it up.
        long resume = random.nextInt(10) == 0 ? 0 : (20_000 + 10_000L * faults) * MILLI;
        limits = new SessionLimits(
                1 + random.nextInt(60),
                1 + random.nextInt(60),
                0,
                4 + random.nextInt(13),
                0,
                3_000 * MILLI,
                resume,
                heartbeat ? (1_000 + random.nextInt(1_000)) * MILLI : 0,
                maxWindow,
                random.nextInt(4) == 0 ? 500 * MILLI : 0);
        requests = new SimulatedRequests(network, faults, heartbeat);
        boolean resets = random.nextInt(4) == 0;
        boolean serverResets = resets && random.nextBoolean();
        boolean clientResets = resets && (!serverResets || random.nextInt(4) == 0);
        server = new SimulatedServer(network, limits, budget(), amount(), serverResets);
        client = new SimulatedClient(
                network, requests, 1 + random.nextInt(60), maxWindow, budget(), amount(), clientResets);
        requests.client = client;
        requests.server = server;
        boolean sleeps = random.nextInt(10) == 0;
        boolean shuts = heartbeat && random.nextInt(30) == 0;
        mayExpire = resume == 0 || sleeps || shuts;
        for (int i = 0; i < faults; i++) {
            at(this::breakSomething);
        }
        if (sleeps) {
            at(() -> client.sleep(network.random.nextLong(1 + 2 * resume)));
        }
        if (shuts) {
            at(requests::shut);
        }
        for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 0; i > 0; i--) {
            at(server::rotate); // the next download may travel in another way
        }
        server.rotatesAtOnce = seed % 20 == 0;
        for (int i = random.nextInt(8); i > 0; i--) {
            at(client::move); // if downloads bring tickets
            at(client::leave);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            at(server::shrink);
        }
    }

    private MemoryBudget budget() {
        return new MemoryBudget(network.oneIn(2) ? network.random.nextInt(300) : 1 << 20);
    }

    private int amount() {
        return network.random.nextInt(network.oneIn(10) ? 1_500 : 200);
    }

    private void at(Runnable event) {
        network.after(network.random.nextLong((network.oneIn(3) ? 5_000 : 500) * MILLI), event);
    }

    private void breakSomething() {
        if (requests.faults > 0 && client.opened) {
            requests.faults--;
            requests.breakDownloads();
        }
    }

    @Override
    public String toString() {
        return limits.toString();
    }

    void run() {
        client.open();
        int steps = 0;
        while (network.step()) {
            check(++steps < MOST_STEPS, "it goes on without end");
            check(
                    network.elapsed() < LONG_ENOUGH || (server.isOver() && client.isOver()),
                    () -> "it hangs: the client is " + (client.isOver() ? "finished" : "not") + ", the server is "
                            + (server.isOver() ? "finished" : "not"));
        }
        checkEnd();
    }

    /** {@return how often the client has moved to a socket} */
    int moves() {
        return client.moves;
    }

    private void checkEnd() {
        check(server.isOver(), "the server hangs");
        check(client.isOver(), "the client hangs");
        check(server.isEveryDownloadOver(), "a download hangs");
        check(client.isIdle(), "a request of the client hangs");
        Failure failure = server.session.failure();
        boolean resets = server.application.hasReset || client.application.hasReset;
        int serverNumber = failure == null ? SimulatedClient.DONE_CLEANLY : failure.number();
        String what = "the server ended with " + failure + ", the client with " + client.session.failure();
        check(serverNumber == SimulatedClient.DONE_CLEANLY || resets || isLossExplained(serverNumber), what);
        check(client.number() == SimulatedClient.DONE_CLEANLY || resets || mayExpire || isAborted(serverNumber), what);
        boolean both = server.application.hasReset && client.application.hasReset;
        boolean away = mayExpire || requests.lost > 0 || isUnheard();
        check(serverNumber == client.number() || both || away || isClientDoneFirst(serverNumber), what);
        checkApplication(server.application, client.application, failure == null);
        checkApplication(client.application, server.application, client.isDoneCleanly());
    }

    /** The client was done, and its last word was lost, or waited for others for longer than the client does. */
    private boolean isLossExplained(int number) {
        return isAborted(number) || (number == 4 && (mayExpire || isUnheard()));
    }

    private boolean isUnheard() {
        return client.isDoneCleanly() && (requests.lost > 0 || requests.mayWait());
    }

    /** The client lost its first download at once, was not heard, and did not come back at once. */
    private boolean isAborted(int number) {
        return number == ErrorCode.ABORTED.number()
                && server.finishedAt <= Downloads.OPENING_NANOS + Downloads.ABORTED_RESUME_NANOS;
    }

    /** The client had everything when the server was reset, or the other way round. */
    private boolean isClientDoneFirst(int serverNumber) {
        return (client.isDoneCleanly() && server.application.hasReset)
                || (serverNumber == SimulatedClient.DONE_CLEANLY && client.hasFailedOfItsOwn());
    }

    private static void checkApplication(SimulatedApplication reader, SimulatedApplication writer, boolean cleanly) {
        check(reader.sawEnd || reader.sawFailure || reader.discarded, "a reader hangs");
        check(!reader.sawEnd || reader.read == writer.written, "the end came up before byte " + reader.read);
        check(!cleanly || reader.sawEnd || reader.discarded, "a reader saw a failure, but there was none");
    }
}
