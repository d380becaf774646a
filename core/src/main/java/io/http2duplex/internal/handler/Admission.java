package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Problem;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A guard of the limits on opening duplexes: it counts the sessions of an endpoint, in all, by connection, by address and
 * by account, and how fast an address opens them. Thread-safe. Times are nanoseconds of one clock.
 *
 * <p>An address without sessions is remembered for at most the minute in which its openings count, and of such addresses
 * only the last {@value #MAX_IDLE_ADDRESSES}. Those with sessions are bounded by the number of sessions.
 */
final class Admission {
    static final int MAX_IDLE_ADDRESSES = 10_000;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** A client of IPv6 may use any address of its network, whose addresses have their first 64 bits in common. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private static final class Address {
        private int sessions;
        /** When the token bucket of openings will be full again. */
        private long fullAt;

        Address(long now) {
            fullAt = now;
        }
    }

    private final EnumMap<OpeningLimit, Integer> limits;
    /** The time between openings that the limit allows. */
    private final long openingNanos;

    // The rest is guarded by this.
    private int sessions;
    private final Map<Object, Address> live = new HashMap<>();
    /** Addresses without sessions, the one whose last opening is longest ago first. */
    private final LinkedHashMap<Object, Address> idle = new LinkedHashMap<>();

    private final Map<Object, Integer> connections = new HashMap<>();
    private final Map<String, Integer> accounts = new HashMap<>();

    /** @param limits 1 or more each; one that is missing has no bound */
    Admission(Map<OpeningLimit, Integer> limits) {
        this.limits = new EnumMap<>(OpeningLimit.class);
        this.limits.putAll(limits);
        openingNanos = MINUTE / limit(OpeningLimit.OPENS_PER_MINUTE);
    }

    private int limit(OpeningLimit limit) {
        return limits.getOrDefault(limit, Integer.MAX_VALUE);
    }

    /** {@return how many sessions are counted, and how many addresses, connections and accounts are remembered} */
    synchronized int remembered() {
        return sessions + live.size() + idle.size() + connections.size() + accounts.size();
    }

    /**
     * A request asks for one more session.
     *
     * @param connection stands for the connection of the request
     * @return a place for the session, unless its {@link Place#problem} tells why there is none
     */
    synchronized Place enter(Object connection, InetSocketAddress remote, long now) {
        forget(now);
        Object key = key(remote);
        Address address = address(key, now);
        Problem problem = refuse(connection, address, now);
        if (problem != null) {
            if (address.sessions == 0) {
                remember(key, address);
            }
            return new Place(problem, connection, key, address);
        }
        Place place = new Place(null, connection, key, address);
        place.count();
        return place;
    }

    /** {@return the address of that key, which is no longer among those without sessions} */
    private Address address(Object key, long now) {
        Address known = live.get(key);
        if (known == null) {
            known = idle.remove(key);
        }
        return known == null ? new Address(now) : known;
    }

    private @Nullable Problem refuse(Object connection, Address address, long now) {
        long ahead = Math.max(0, address.fullAt - now) + openingNanos;
        if (ahead > MINUTE) {
            int seconds = (int) ((ahead - MINUTE + SECOND - 1) / SECOND);
            return Problem.tooManyOpens(limit(OpeningLimit.OPENS_PER_MINUTE), seconds);
        }
        address.fullAt = now + ahead;
        return full(connection, address);
    }

    private @Nullable Problem full(Object connection, Address address) {
        if (sessions >= limit(OpeningLimit.SESSIONS)) {
            return Problem.tooManySessions(limit(OpeningLimit.SESSIONS));
        }
        if (address.sessions >= limit(OpeningLimit.SESSIONS_PER_ADDRESS)) {
            return Problem.tooManySessionsOfAddress(limit(OpeningLimit.SESSIONS_PER_ADDRESS));
        }
        if (connections.getOrDefault(connection, 0) >= limit(OpeningLimit.SESSIONS_PER_CONNECTION)) {
            return Problem.tooManySessionsOfConnection(limit(OpeningLimit.SESSIONS_PER_CONNECTION));
        }
        return null;
    }

    private static <K> void leave(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (known, count) -> count == 1 ? null : count - 1);
    }

    private void remember(Object key, Address address) {
        idle.put(key, address);
        if (idle.size() > MAX_IDLE_ADDRESSES) {
            idle.remove(idle.keySet().iterator().next());
        }
    }

    /** Forgets addresses whose bucket is full. */
    private void forget(long now) {
        var eldest = idle.values().iterator();
        while (eldest.hasNext() && eldest.next().fullAt - now <= 0) {
            eldest.remove();
        }
    }

    /** {@return what stands for an address, of IPv6 for its first 64 bits} */
    static Object key(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        if (address == null) { // a name that a proxy gave
            return remote.getHostString();
        }
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress(), 0, IPV6_PREFIX_BYTES)
                        .getLong()
                : address;
    }

    /** An account, which is never equal to an address. */
    private record Account(String name) {}

    /** A place for one session, which is left once. */
    final class Place {
        private final @Nullable Problem problem;
        private final Object connection;
        private final Object key;
        private Address address;
        private @Nullable String account;
        /** Whether the limits count it. */
        private boolean counted;

        private boolean left;

        private Place(@Nullable Problem problem, Object connection, Object key, Address address) {
            this.problem = problem;
            this.connection = connection;
            this.key = key;
            this.address = address;
        }

        /** {@return why there is no place; null if there is} */
        @Nullable
        Problem problem() {
            return problem;
        }

        /** {@return what stands for the account whose place it is, or without an account for the address} */
        Object owner() {
            synchronized (Admission.this) {
                return account == null ? key : new Account(account);
            }
        }

        /** {@return why the place can't be the account's, and must be left; null if it now is} */
        @Nullable
        Problem giveTo(String name) {
            synchronized (Admission.this) {
                Problem full = full(name);
                if (full == null) {
                    accounts.merge(name, 1, Integer::sum);
                    account = name;
                }
                return full;
            }
        }

        private @Nullable Problem full(String name) {
            int limit = limit(OpeningLimit.SESSIONS_PER_ACCOUNT);
            return accounts.getOrDefault(name, 0) >= limit ? Problem.tooManySessionsOfAccount(limit) : null;
        }

        /** The session has ended, or was never opened. Further calls do nothing. */
        void leave() {
            synchronized (Admission.this) {
                left = true;
                uncount();
            }
        }

        /** Others may have the place, until it is {@linkplain #readmit taken again}. */
        void suspend() {
            synchronized (Admission.this) {
                uncount();
            }
        }

        /** Takes a suspended place again. {@return why that can't be; null if it is taken} */
        @Nullable
        Problem readmit() {
            synchronized (Admission.this) {
                if (counted || left) {
                    return null;
                }
                address = address(key, address.fullAt);
                Problem full = Admission.this.full(connection, address);
                if (full == null && account != null) {
                    full = full(account);
                }
                if (full == null) {
                    count();
                    if (account != null) {
                        accounts.merge(account, 1, Integer::sum);
                    }
                } else if (address.sessions == 0) {
                    remember(key, address);
                }
                return full;
            }
        }

        private void count() {
            counted = true;
            sessions++;
            connections.merge(connection, 1, Integer::sum);
            address.sessions++;
            live.put(key, address);
        }

        private void uncount() {
            if (!counted) {
                return;
            }
            counted = false;
            sessions--;
            Admission.leave(connections, connection);
            if (--address.sessions == 0) {
                live.remove(key);
                remember(key, address);
            }
            if (account != null) {
                Admission.leave(accounts, account);
            }
        }
    }
}
