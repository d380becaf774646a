package io.http2duplex.internal.listener;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The limits of all connections of a port, with any protocol.
 *
 * @param maxConnections how many may be open at once
 * @param maxConnectionsPerAddress how many of them may come from one address, or one IPv6 network of 64 bits
 * @param isExempt accepts addresses that any number of clients may share: a proxy's
 * @param handshakeTimeout how long the TLS handshake may take
 * @param firstRequestTimeout how long the first request may take after that; and any head, once it has begun
 * @param idleTimeout how long a connection may be without a request
 * @param responseTimeout how long a response may be blocked by a client that does not read it
 * @param maxHeaderSize how many bytes the head of a request may have, counting 32 for each field's overhead
 * @param maxHeaders how many fields it may have
 */
public record ConnectionLimits(
        int maxConnections,
        int maxConnectionsPerAddress,
        Predicate<InetAddress> isExempt,
        Duration handshakeTimeout,
        Duration firstRequestTimeout,
        Duration idleTimeout,
        Duration responseTimeout,
        int maxHeaderSize,
        int maxHeaders) {
    private static final int NETWORK_BYTES = 8;

    /** {@return the address that a peer counts for, of IPv6 the first 64 bits, which one client has; null if exempt} */
    @Nullable
    InetAddress network(@Nullable InetSocketAddress peer) {
        InetAddress address = peer == null ? null : peer.getAddress();
        if (address == null || isExempt.test(address)) {
            return null;
        }
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] network = address.getAddress();
        Arrays.fill(network, NETWORK_BYTES, network.length, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }
}
