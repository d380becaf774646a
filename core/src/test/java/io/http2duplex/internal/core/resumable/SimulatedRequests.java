package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.MILLI;
import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a client on a network that delays, reorders, cuts, repeats and swallows them, holds them for ever at any
 * point, holds bodies back until they end, answers in place of the server, cuts large uploads, carries only so many at
 * once, and perhaps passes no POST any more from some time on.
 */
final class SimulatedRequests {
    /** What a client sees of a GET. */
    interface Response extends SimulatedStream.Receiver {
        /** The head of the response has come: 200. */
        void opened();

        void refused(Problem problem);

        /** Something on the way has answered: an error of its own, or a page. */
        void answeredByAnother();
    }

    private final SimulatedNetwork network;
    private final List<Get> gets = new ArrayList<>();

    @Nullable
    SimulatedClient client;

    @Nullable
    SimulatedServer server;

    /** How many faults are left: then the network heals, so that every schedule can come to its end. */
    int faults;
    /** Whether the ends find out that nothing arrives. */
    boolean maySwallow;
    /** Whether a request or its answer was lost. */
    int lost;

    /** The largest body that passes, in bytes. */
    private final int maxBody;
    /** How many requests may be open at once; the others wait. */
    private final int streams;

    /** Whether something on the way holds the body of a POST back until it has all of it. */
    private final boolean buffers;
    /** How long something on the way holds each piece of a streaming POST up, in nanoseconds. */
    private final long streamsLate;

    /** Whether no POST arrives any more, though GETs do. */
    private boolean shut;

    private final List<Stream> streamsUnderWay = new ArrayList<>();
    private final List<Socket> socketsUnderWay = new ArrayList<>();
    private int open;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    SimulatedRequests(SimulatedNetwork network, int faults, boolean maySwallow) {
        this.network = network;
        this.faults = faults;
        this.maySwallow = maySwallow;
        maxBody = network.oneIn(6) ? 200 + network.random.nextInt(500) : Integer.MAX_VALUE;
        buffers = network.oneIn(6);
        streamsLate = network.oneIn(5) ? 300 * SimulatedNetwork.MILLI : 0;
        streams = network.oneIn(4) ? 2 + network.random.nextInt(3) : Integer.MAX_VALUE;
    }

    /** {@return whether requests may have to wait until others have ended} */
    boolean mayWait() {
        return streams < Integer.MAX_VALUE;
    }

    /** A request of the client, until the client has its answer or wants none. */
    private abstract class Request {
        private boolean begun;
        private boolean closed;

        void enter() {
            if (open < streams) {
                begin();
            } else {
                waiting.add(this::begin);
            }
        }

        private void begin() {
            if (!closed) {
                begun = true;
                open++;
                send();
            }
        }

        abstract void send();

        void close() {
            if (!closed) {
                closed = true;
                if (begun) {
                    open--;
                    while (open < streams && !waiting.isEmpty()) {
                        waiting.remove().run();
                    }
                }
            }
        }
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
        if (network.oneIn(2)) {
            List.copyOf(streamsUnderWay).forEach(swallow ? Stream::swallow : Stream::cut);
        }
        List.copyOf(socketsUnderWay).forEach(swallow ? Socket::swallow : Socket::cut);
        for (Get get : List.copyOf(gets)) {
            if (swallow) {
                get.swallow();
            } else {
                get.cut();
            }
        }
        lost++;
    }

    /** No POST arrives from now on. */
    void shut() {
        shut = true;
        List.copyOf(streamsUnderWay).forEach(Stream::swallow);
    }

    // ---- sockets

    Socket socket(Response response) {
        Socket socket = new Socket(response);
        socketsUnderWay.add(socket);
        return socket;
    }

    /** A WebSocket. */
    final class Socket implements SimulatedStream.Receiver {
        private final Response response;
        private final SimulatedServer.SocketEnd end = requireNonNull(server).new SocketEnd(this);
        private final SimulatedStream up;
        private boolean writable = true;
        Runnable onWritable = () -> {};

        Socket(Response response) {
            this.response = response;
            int capacity = network.oneIn(2) ? Integer.MAX_VALUE : 60 + network.random.nextInt(300);
            up = new SimulatedStream(network, capacity, end, () -> {
                writable = true;
                network.after(0, onWritable);
            });
        }

        boolean isWritable() {
            return writable;
        }

        /** {@return how many bytes were taken; 0: wait} */
        int write(ByteBuffer bytes) {
            int count = up.write(bytes);
            bytes.position(bytes.position() + count);
            writable = count > 0;
            return count;
        }

        /** The client closes it. */
        void close() {
            if (network.oneIn(2)) {
                up.end();
            } else {
                up.cut();
            }
        }

        void cut() {
            socketsUnderWay.remove(this);
            up.cut();
            end.down().cut();
        }

        /** In one direction, or in both. */
        void swallow() {
            socketsUnderWay.remove(this);
            int which = network.random.nextInt(3);
            if (which > 0) {
                up.swallow();
            }
            if (which < 2) {
                end.down().swallow();
            }
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            ByteBuffer copy = ByteBuffer.wrap(Vectors.bytes(bytes));
            toClient(() -> response.bytes(copy));
        }

        @Override
        public void ended() {
            socketsUnderWay.remove(this);
            toClient(response::ended);
        }

        @Override
        public void broken() {
            socketsUnderWay.remove(this);
            toClient(response::broken);
        }
    }

    // ---- GET

    Get get(long number, long offset, long limit, DownloadWay way, Response response) {
        Get get = new Get(response, number, offset, limit, way);
        get.enter();
        return get;
    }

    /** A GET and its response. */
    final class Get extends Request implements SimulatedStream.Receiver {
        private final Response response;
        private final long number;
        private final long offset;
        private final long limit;
        private final DownloadWay way;
        private boolean heldBack;
        private SimulatedServer.@Nullable Carrier carrier;
        private boolean aborted;
        private boolean swallowed;

        Get(Response response, long number, long offset, long limit, DownloadWay way) {
            this.response = response;
            this.number = number;
            this.offset = offset;
            this.limit = limit;
            this.way = way;
        }

        @Override
        void send() {
            boolean opening = number == 0;
            if (!opening && fault(6)) {
                if (!maySwallow || network.oneIn(2)) {
                    tell(network.oneIn(2) ? response::broken : response::answeredByAnother);
                }
                return;
            }
            if (!opening && fault(15)) { // the server answers, but something on the way answers in its place
                swallowed = true;
                tell(response::answeredByAnother);
            } else if (!opening && maySwallow && fault(15)) {
                swallowed = true; // not even the head of the response arrives
            } else if (!opening && maySwallow && fault(15)) {
                heldBack = true;
            }
            network.later(this::arrive);
        }

        private void tell(Runnable event) {
            network.later(() -> {
                close();
                toClient(event);
            });
        }

        private void arrive() {
            Problem problem = requireNonNull(server).get(number, offset, limit, way, this, opened -> {
                carrier = opened;
                gets.add(this);
                if (swallowed) {
                    swallow();
                    if (!maySwallow) { // the proxy leaves the server, since nobody asks for life
                        network.later(opened::lose);
                    }
                } else if (heldBack) {
                    opened.stream.holdBack();
                }
            });
            if (problem != null) {
                if (!swallowed) {
                    tell(() -> response.refused(problem));
                }
            } else if (aborted) {
                tellServer();
            }
            if (network.oneIn(8)) {
                network.after(network.random.nextLong(500 * MILLI), () -> arriveAgain(number));
            }
        }

        /** The same request once more, as a proxy may send it: it is overtaken by itself. */
        private void arriveAgain(long number) {
            Problem problem = requireNonNull(server).get(number, 0, 0, way, this, opened -> {
                throw new AssertionError("An attach number was taken twice");
            });
            SimulatedNetwork.check(problem != null, "An attach number was taken twice");
        }

        void abort() {
            close();
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
            close();
            toClient(response::ended);
        }

        @Override
        public void broken() {
            gets.remove(this);
            close();
            toClient(() -> {
                response.opened();
                response.broken();
            });
        }
    }

    // ---- POST

    Post post(byte[] body) {
        Post post = new Post(body);
        post.enter();
        return post;
    }

    /** How a body arrives. */
    private enum Way {
        WHOLE,
        /** All at once, at its end. */
        HELD_BACK,
        CUT,
        /** A part of it, and then neither more nor an end. */
        HELD
    }

    /** A POST and its answer. */
    final class Post extends Request {
        private final byte[] body;
        private boolean settled;
        Consumer<UploadOutcome> onAnswer = outcome -> {};
        IntConsumer onAnswerOfAnother = status -> {};
        Runnable onFailure = () -> {};

        Post(byte[] body) {
            this.body = body;
        }

        @Override
        void send() {
            if (shut) {
                return;
            }
            if (body.length > maxBody) {
                network.later(() -> send(requireNonNull(server).post(outcome -> {}), Way.CUT));
                network.later(() -> settle(() -> onAnswerOfAnother.accept(413))); // this was too much for it
            } else if (fault(8)) {
                lose();
            } else if (maySwallow && fault(12)) { // held for ever in the middle of its body
                network.later(() -> send(requireNonNull(server).post(outcome -> {}), Way.HELD));
            } else {
                network.later(() -> arrive(fault(8), fault(8)));
            }
            while (network.oneIn(10)) {
                network.after(network.random.nextLong((network.oneIn(3) ? 20_000 : 300) * MILLI), this::arriveAgain);
            }
        }

        /** The client wants no answer any more; what is under way may still arrive. */
        void abort() {
            settled = true;
            close();
        }

        private void lose() {
            if (!maySwallow || network.oneIn(2)) {
                network.later(this::fail);
            }
        }

        private void fail() {
            settle(onFailure);
        }

        private void settle(Runnable tell) {
            close();
            if (!settled) {
                settled = true;
                tell.run();
            }
        }

        private void arrive(boolean cut, boolean answerLost) {
            SimulatedStream.Receiver sink = requireNonNull(server).post(outcome -> {
                if (answerLost) {
                    lose();
                } else {
                    network.later(() -> settle(() -> onAnswer.accept(outcome)));
                }
            });
            send(sink, cut ? Way.CUT : network.oneIn(6) ? Way.HELD_BACK : Way.WHOLE);
            if (cut) {
                lose();
            }
        }

        /** Once more, whole or in part, as after a retry that nobody asked for. */
        private void arriveAgain() {
            send(requireNonNull(server).post(outcome -> {}), network.oneIn(2) ? Way.CUT : Way.WHOLE);
        }

        private void send(SimulatedStream.Receiver sink, Way way) {
            SimulatedStream stream = new SimulatedStream(network, Integer.MAX_VALUE, sink, () -> {});
            ByteBuffer bytes = ByteBuffer.wrap(body);
            if (way == Way.HELD) {
                bytes.limit(network.random.nextInt(body.length + 1));
            } else if (way == Way.HELD_BACK) {
                stream.holdBack();
            }
            while (bytes.hasRemaining()) {
                bytes.position(bytes.position() + stream.write(bytes));
            }
            if (way == Way.CUT) {
                stream.cut();
            } else if (way != Way.HELD) {
                stream.end();
            }
        }
    }

    // ---- a streaming POST

    Stream stream() {
        Stream stream = new Stream();
        stream.enter();
        return stream;
    }

    /** A POST whose body goes on, and its answer. */
    final class Stream extends Request {
        private @Nullable SimulatedStream body;
        private boolean settled;
        private boolean writable;
        Consumer<UploadOutcome> onAnswer = outcome -> {};
        IntConsumer onAnswerOfAnother = status -> {};
        Runnable onFailure = () -> {};
        Runnable onWritable = () -> {};

        @Override
        void send() {
            if (shut) {
                return;
            }
            if (fault(6)) {
                if (!maySwallow || network.oneIn(2)) {
                    network.later(network.oneIn(2) ? this::fail : this::answerOfAnother);
                }
                return;
            }
            boolean answerLost = fault(8);
            SimulatedStream.Receiver sink = requireNonNull(server).post(outcome -> {
                if (answerLost) {
                    if (!maySwallow || network.oneIn(2)) {
                        network.later(this::fail);
                    }
                } else {
                    network.later(() -> settle(() -> onAnswer.accept(outcome)));
                }
            });
            int capacity = buffers || network.oneIn(2) ? Integer.MAX_VALUE : 1 + network.random.nextInt(300);
            SimulatedStream under = new SimulatedStream(network, capacity, sink, this::write);
            body = under;
            if (buffers) {
                under.holdBack();
            }
            under.holdUp(streamsLate);
            streamsUnderWay.add(this);
            write();
        }

        private void write() {
            writable = true;
            network.after(0, onWritable);
        }

        private void answerOfAnother() {
            settle(() -> onAnswerOfAnother.accept(411));
        }

        private void fail() {
            settle(onFailure);
        }

        private void settle(Runnable tell) {
            close();
            streamsUnderWay.remove(this);
            if (!settled) {
                settled = true;
                tell.run();
            }
        }

        boolean isWritable() {
            return writable;
        }

        /** {@return how many bytes were taken; 0: wait} */
        int write(ByteBuffer bytes) {
            int count = requireNonNull(body).write(bytes);
            bytes.position(bytes.position() + count);
            writable = count > 0;
            return count;
        }

        void end() {
            if (body != null) {
                body.end();
            } else {
                network.later(this::fail);
            }
        }

        void abort() {
            settled = true;
            close();
            streamsUnderWay.remove(this);
            if (body != null) {
                body.cut();
            }
        }

        void cut() {
            requireNonNull(body).cut();
            network.later(this::fail);
        }

        void swallow() {
            requireNonNull(body).swallow();
            streamsUnderWay.remove(this);
        }
    }
}
