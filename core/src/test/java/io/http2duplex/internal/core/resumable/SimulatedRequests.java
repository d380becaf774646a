package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The requests of a client on a network that delays, reorders, cuts, doubles and swallows them. */
final class SimulatedRequests {
    /** What a client sees of a GET. */
    interface Response extends SimulatedStream.Receiver {
        /** The head of the response has come: 200. */
        void opened();

        void refused(Problem problem);
    }

    private final SimulatedNetwork network;
    private final List<Get> gets = new ArrayList<>();
    private final List<Post> posts = new ArrayList<>();

    @Nullable
    ModelClient client;

    @Nullable
    SimulatedServer server;

    /** How many faults are left: then the network heals, so that every schedule can come to its end. */
    int faults;
    /** Whether the ends find out that nothing arrives. */
    boolean maySwallow;
    /** Whether a request or its answer was lost. */
    int lost;

    SimulatedRequests(SimulatedNetwork network, int faults, boolean maySwallow) {
        this.network = network;
        this.faults = faults;
        this.maySwallow = maySwallow;
    }

    private boolean fault(int oneIn) {
        boolean happens = faults > 0 && network.oneIn(oneIn);
        if (happens) {
            faults--;
            lost++;
        }
        return happens;
    }

    private void toClient(Runnable event) {
        requireNonNull(client).run(event);
    }

    /** Something happens to all that is under way. */
    void breakDownloads() {
        boolean swallow = maySwallow && network.oneIn(3);
        for (Get get : List.copyOf(gets)) {
            if (swallow) {
                get.swallow();
            } else {
                get.cut();
            }
        }
        lost++;
    }

    // ---- GET

    Get get(long number, long offset, long limit, Response response) {
        Get get = new Get(response);
        boolean opening = number == 0;
        if (!opening && fault(6)) {
            if (!maySwallow || network.oneIn(2)) {
                network.later(() -> toClient(response::broken));
            }
            return get;
        }
        network.later(() -> get.arrive(number, offset, limit));
        return get;
    }

    /** A GET and its response. */
    final class Get implements SimulatedStream.Receiver {
        private final Response response;
        private SimulatedServer.@Nullable Carrier carrier;
        private boolean aborted;
        private boolean swallowed;

        Get(Response response) {
            this.response = response;
        }

        private void arrive(long number, long offset, long limit) {
            Problem problem = requireNonNull(server).get(number, offset, limit, this, opened -> {
                carrier = opened;
                gets.add(this);
            });
            if (problem != null) {
                network.later(() -> toClient(() -> response.refused(problem)));
            } else if (aborted) {
                tellServer();
            }
            if (network.oneIn(8)) {
                network.after(network.random.nextLong(500 * SimulatedNetwork.MILLI), () -> arriveAgain(number));
            }
        }

        /** The same request once more, as a proxy may send it: it is overtaken by itself. */
        private void arriveAgain(long number) {
            Problem problem = requireNonNull(server).get(number, 0, 0, this, opened -> {
                throw new AssertionError("An attach number was taken twice");
            });
            SimulatedNetwork.check(problem != null, "An attach number was taken twice");
        }

        void abort() {
            aborted = true;
            network.later(this::tellServer);
        }

        private void tellServer() {
            gets.remove(this);
            if (carrier != null && !swallowed) {
                carrier.stream.swallow();
                carrier.lose();
            }
        }

        void cut() {
            gets.remove(this);
            if (carrier != null) {
                carrier.stream.cut();
                network.later(carrier::lose);
            }
        }

        void swallow() {
            gets.remove(this);
            swallowed = true;
            if (carrier != null) {
                carrier.stream.swallow();
            }
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            ByteBuffer copy = ByteBuffer.wrap(Vectors.bytes(bytes));
            toClient(() -> {
                response.opened();
                response.bytes(copy);
            });
        }

        @Override
        public void ended() {
            gets.remove(this);
            toClient(response::ended);
        }

        @Override
        public void broken() {
            gets.remove(this);
            toClient(() -> {
                response.opened();
                response.broken();
            });
        }
    }

    // ---- POST

    Post post(byte[] body) {
        Post post = new Post(body);
        posts.add(post);
        if (fault(8)) {
            post.lose();
        } else {
            network.later(() -> post.arrive(fault(8), fault(8)));
        }
        if (network.oneIn(10)) {
            network.after(network.random.nextLong(300 * SimulatedNetwork.MILLI), post::arriveAgain);
        }
        return post;
    }

    /** A POST and its answer. */
    final class Post {
        private final byte[] body;
        private boolean settled;
        Consumer<UploadOutcome> onAnswer = outcome -> {};
        Runnable onFailure = () -> {};

        Post(byte[] body) {
            this.body = body;
        }

        /** The client wants no answer any more; what is under way may still arrive. */
        void abort() {
            settled = true;
        }

        private void lose() {
            if (!maySwallow || network.oneIn(2)) {
                network.later(this::fail);
            }
        }

        private void fail() {
            toClient(() -> {
                if (!settled) {
                    settled = true;
                    onFailure.run();
                }
            });
        }

        private void arrive(boolean cut, boolean answerLost) {
            SimulatedStream.Receiver sink = requireNonNull(server).post(outcome -> {
                if (answerLost) {
                    lose();
                } else {
                    network.later(() -> toClient(() -> {
                        if (!settled) {
                            settled = true;
                            onAnswer.accept(outcome);
                        }
                    }));
                }
            });
            send(sink, cut);
            if (cut) {
                lose();
            }
        }

        /** Once more, whole or in part, as after a retry that nobody asked for. */
        private void arriveAgain() {
            send(requireNonNull(server).post(outcome -> {}), network.oneIn(2));
        }

        private void send(SimulatedStream.Receiver sink, boolean cut) {
            SimulatedStream stream = new SimulatedStream(network, Integer.MAX_VALUE, sink, () -> {});
            ByteBuffer bytes = ByteBuffer.wrap(body);
            while (bytes.hasRemaining()) {
                bytes.position(bytes.position() + stream.write(bytes));
            }
            if (cut) {
                stream.cut();
            } else {
                stream.end();
            }
        }
    }
}
