package io.http2duplex.nodes;

import io.http2duplex.messages.Bus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;

/**
 * A bus over <a href="http://jgroups.org">JGroups</a>, which is embedded in each node and needs no broker. Nodes find each other,
 * and what one publishes comes to all that are in the group at that time.
 *
 * <pre>{@code
 * JGroupsBus bus = JGroupsBus.join("chat");
 * Topics topics = Topics.over(bus);
 * }</pre>
 *
 * <p>At most once: while nodes do not reach each other, messages between them are lost. {@link #publish} never waits and
 * never throws for that; {@link #statistics} and the {@link BusObserver} tell.
 *
 * <p>It needs {@code org.jgroups:jgroups} on the class path. Groups have no authentication unless the configuration of JGroups
 * says so: every process that reaches the ports may join.
 */
public final class JGroupsBus implements Bus, AutoCloseable {
    /** For nodes of one machine, or of a network by system properties. */
    static final String CONFIGURATION = "io/http2duplex/nodes/jgroups-tcp.xml";

    private final NodesBus bus;
    private final JChannel channel;

    private JGroupsBus(JChannel channel, String name, BusOptions options) {
        this.channel = channel;
        bus = new NodesBus(name, options, new Sending());
    }

    /**
     * Joins a group of nodes over TCP, or begins it: on this machine, ports 7800 to 7809 and 7900 to 7909 of 127.0.0.1, or
     * where the system properties {@code jgroups.bind_addr}, {@code jgroups.bind_port} and {@code
     * jgroups.tcpping.initial_hosts} say.
     *
     * @param name of the group
     * @throws IOException if it can't be joined
     */
    public static JGroupsBus join(String name) throws IOException {
        return join(name, BusOptions.DEFAULT);
    }

    /**
     * Joins a group, as {@link #join(String)}.
     *
     * @throws IOException if it can't be joined
     */
    public static JGroupsBus join(String name, BusOptions options) throws IOException {
        return join(name, options, CONFIGURATION);
    }

    /**
     * Joins a group, or begins it.
     *
     * @param configuration of JGroups: a file, a URL, or a name on the class path
     * @throws IOException if it can't be read, or the group can't be joined
     */
    public static JGroupsBus join(String name, BusOptions options, String configuration) throws IOException {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(options, "options");
        JChannel channel;
        try {
            channel = new JChannel(configuration);
        } catch (Exception e) { // all that the API says
            throw new IOException("JGroups can't be configured by " + configuration + ": " + Losses.reason(e), e);
        }
        JGroupsBus bus = new JGroupsBus(channel, name, options);
        channel.setReceiver(bus.new Group());
        boolean joined = false;
        try {
            channel.connect(name);
            joined = true;
        } catch (Exception e) {
            throw new IOException("The group " + name + " can't be joined: " + Losses.reason(e), e);
        } finally {
            if (!joined) { // also where no thread can be made, which is an Error
                channel.close();
            }
        }
        bus.bus.start();
        return bus;
    }

    private final class Group implements Receiver {
        @Override
        public void receive(Message message) {
            if (message.hasArray()) { // this class sends none without
                bus.received(ByteBuffer.wrap(message.getArray(), message.getOffset(), message.getLength()));
            }
        }

        @Override
        public void viewAccepted(View view) {
            bus.observer.connected(
                    view.size() == 1 ? "this node is alone" : view.size() + " nodes: " + view.getMembers());
        }
    }

    private final class Sending implements Outbox.Carrier {
        /** Waits while a node of the group does not take what was sent before: the flow control of JGroups. */
        @Override
        public void send(byte[] batch, int messages) throws Exception {
            channel.send(message(batch));
        }

        /** Nodes drop what they have not delivered yet of one that has left. */
        @Override
        public void finish() throws Exception {
            channel.send(message(bus.emptyBatch()).setFlag(Message.Flag.RSVP));
        }

        private Message message(byte[] batch) {
            return new BytesMessage(null, batch).setFlag(Message.TransientFlag.DONT_LOOPBACK);
        }
    }

    @Override
    public void publish(String topic, ByteBuffer message) {
        bus.publish(topic, message);
    }

    @Override
    public void subscribe(Listener listener) {
        bus.subscribe(listener);
    }

    /** {@return what it has done, and does} */
    public BusStatistics statistics() {
        return bus.statistics();
    }

    /** {@return how many nodes are in the group, this one included} */
    public int nodes() {
        View view = channel.view();
        return view == null ? 0 : view.size();
    }

    /** Sends what waits, for some seconds at most, until the other nodes have delivered it, and leaves the group. */
    @Override
    public void close() {
        bus.close();
        channel.close();
    }
}
