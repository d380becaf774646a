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
 * The limits on opening duplexes: counts the sessions of a handler, in all, by connection, by address and by account, and
 * how fast an address opens them. Safe for use by many threads; time comes in, in nanoseconds of one clock.
 *
 * <p>An address without sessions is remembered for at most the minute in which its openings count, and of such addresses
 * only the last {@value #MAX_IDLE_ADDRESSES}. Those with sessions are bounded by the number of sessions.
 */
final class Admission {
    static final int MAX_IDLE_ADDRESSES = 10_000;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** Networks give a client as many addresses of IPv6 as it likes that have their first 64 bits in common. */
    private static final int IPV6_PREFIX_BYTES = 8;

    /** How many sessions of a connection, or of an account, live. */
    private static final class Tally {
        private int sessions;
    }

    private static final class Address {
        private int sessions;
        /** When every opening up to now will be a minute and its share of one ago: the bucket of tokens is full then. */
        private long fullAt;

        Address(long now) {
            fullAt = now;
        }
    }

    private final EnumMap<OpeningLimit, Integer> limits;
    /** How long it takes until one more opening is allowed. */
    private final long openingNanos;

    // The rest is guarded by this.
    private int sessions;
    private final Map<Object, Address> live = new HashMap<>();
    /** Those without sessions, the one that has not opened any for longest first. */
    private final LinkedHashMap<Object, Address> idle = new LinkedHashMap<>();

    private final Map<Object, Tally> connections = new HashMap<>();
    private final Map<String, Tally> accounts = new HashMap<>();

    /** @param limits what was chosen instead of the defaults, 1 or more each */
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
     * Someone asks for one more session.
     *
     * @param connection stands for the connection over which it is asked for
     * @return a place for the session, unless its {@link Place#problem} tells why there is none
     */
    synchronized Place enter(Object connection, InetSocketAddress remote, long now) {
        forget(now);
        Object key = key(remote);
        Address address = live.get(key);
        if (address == null) {
            Address known = idle.remove(key);
            address = known == null ? new Address(now) : known;
        }
        Problem problem = refuse(connection, address, now);
        if (problem != null) {
            if (address.sessions == 0) {
                remember(key, address);
            }
            return new Place(problem, connection, key, address);
        }
        sessions++;
        enter(connections, connection);
        address.sessions++;
        live.put(key, address);
        return new Place(null, connection, key, address);
    }

    private @Nullable Problem refuse(Object connection, Address address, long now) {
        long ahead = Math.max(0, address.fullAt - now) + openingNanos;
        if (ahead > MINUTE) {
            int seconds = (int) ((ahead - MINUTE + SECOND - 1) / SECOND);
            return Problem.tooManyOpens(limit(OpeningLimit.OPENS_PER_MINUTE), seconds);
        }
        address.fullAt = now + ahead;
        if (sessions >= limit(OpeningLimit.SESSIONS)) {
            return Problem.tooManySessions(limit(OpeningLimit.SESSIONS));
        }
        if (address.sessions >= limit(OpeningLimit.SESSIONS_PER_ADDRESS)) {
            return Problem.tooManySessionsOfAddress(limit(OpeningLimit.SESSIONS_PER_ADDRESS));
        }
        if (count(connections, connection) >= limit(OpeningLimit.SESSIONS_PER_CONNECTION)) {
            return Problem.tooManySessionsOfConnection(limit(OpeningLimit.SESSIONS_PER_CONNECTION));
        }
        return null;
    }

    private static <K> int count(Map<K, Tally> tallies, K key) {
        Tally tally = tallies.get(key);
        return tally == null ? 0 : tally.sessions;
    }

    private static <K> void enter(Map<K, Tally> tallies, K key) {
        tallies.computeIfAbsent(key, unknown -> new Tally()).sessions++;
    }

    private static <K> void leave(Map<K, Tally> tallies, K key) {
        tallies.computeIfPresent(key, (known, tally) -> --tally.sessions == 0 ? null : tally);
    }

    private void remember(Object key, Address address) {
        idle.put(key, address);
        if (idle.size() > MAX_IDLE_ADDRESSES) {
            idle.remove(idle.keySet().iterator().next());
        }
    }

    /** Forgets addresses that are as good as unknown ones by now. */
    private void forget(long now) {
        var eldest = idle.values().iterator();
        while (eldest.hasNext() && eldest.next().fullAt - now <= 0) {
            eldest.remove();
        }
    }

    private static Object key(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        if (address == null) { // a proxy's word for it
            return remote.getHostString();
        }
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress(), 0, IPV6_PREFIX_BYTES)
                        .getLong()
                : address;
    }

    /** A place for one session, which is left exactly once. */
    final class Place {
        private final @Nullable Problem problem;
        private final Object connection;
        private final Object key;
        private final Address address;
        private @Nullable String account;
        private boolean left;

        private Place(@Nullable Problem problem, Object connection, Object key, Address address) {
            this.problem = problem;
            this.connection = connection;
            this.key = key;
            this.address = address;
            left = problem != null;
        }

        /** {@return why there is no place; null if there is} */
        @Nullable
        Problem problem() {
            return problem;
        }

        /** {@return why the place can't be an account's, and has to be left; null if it is from now on} */
        @Nullable
        Problem giveTo(String name) {
            synchronized (Admission.this) {
                if (count(accounts, name) >= limit(OpeningLimit.SESSIONS_PER_ACCOUNT)) {
                    return Problem.tooManySessionsOfAccount(limit(OpeningLimit.SESSIONS_PER_ACCOUNT));
                }
                enter(accounts, name);
                account = name;
                return null;
            }
        }

        /** The session is over, or never came to be. Further calls do nothing. */
        void leave() {
            synchronized (Admission.this) {
                if (left) {
                    return;
                }
                left = true;
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
}
