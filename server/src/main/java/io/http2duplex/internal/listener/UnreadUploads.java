package io.http2duplex.internal.listener;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of uploads that have come over the HTTP/2 connections of a port and were not read yet, and their bounds: one for
 * all, and a share of it for the connections of one address. Thread-safe.
 */
final class UnreadUploads {
    /** An address may have this fraction, 1 / SHARES. */
    private static final int SHARES = 4;

    /** Those of the connections of one address. */
    private static final class Address {
        final AtomicLong bytes = new AtomicLong();
        /** Guarded by the map. */
        int connections;
    }

    /** The part of one connection. */
    final class Part {
        private final @Nullable InetAddress address;
        private final Address share;

        private Part(@Nullable InetAddress address, Address share) {
            this.address = address;
            this.share = share;
        }

        /** Adds to the unread bytes; a negative count takes from them. */
        void add(int count) {
            all.addAndGet(count);
            share.bytes.addAndGet(count);
        }

        /** {@return how many bytes are left of half of both bounds} Below 0: more than half of one is used. */
        long room() {
            long ofAll = most / 2 - all.get();
            return address == null ? ofAll : Math.min(ofAll, most / SHARES / 2 - share.bytes.get());
        }

        /** {@return whether its address has more than its share} */
        boolean isBeyondShare() {
            return address != null && share.bytes.get() > most / SHARES;
        }

        /** {@return whether all connections together have too much} */
        boolean isBeyondAll() {
            return all.get() > most;
        }

        /** The connection is closed, and nothing of it is added any more. */
        void close() {
            if (address != null) {
                shares.computeIfPresent(address, (same, known) -> --known.connections == 0 ? null : known);
            }
        }
    }

    private final long most;
    private final AtomicLong all = new AtomicLong();
    private final Map<InetAddress, Address> shares = new ConcurrentHashMap<>();

    /** @param most for all connections together, in bytes */
    UnreadUploads(long most) {
        this.most = most;
    }

    /**
     * {@return the part of a connection}
     *
     * @param address that it counts for; null if any number of clients may share it
     */
    Part open(@Nullable InetAddress address) {
        Address share = address == null
                ? new Address()
                : shares.compute(address, (same, known) -> {
                    Address counted = known == null ? new Address() : known;
                    counted.connections++;
                    return counted;
                });
        return new Part(address, share);
    }

    /** {@return the bytes of all connections} */
    long bytes() {
        return all.get();
    }

    /** {@return of how many addresses there are connections} */
    int addresses() {
        return shares.size();
    }
}
