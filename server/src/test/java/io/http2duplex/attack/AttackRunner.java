package io.http2duplex.attack;

import io.http2duplex.wire.Await;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A runner of attacks: bout after bout, some at once, each as often as the others, until it is closed. */
final class AttackRunner implements AutoCloseable {
    private static final int THREADS = 6;
    /** How long one bout may take. */
    private static final long BOUT = TimeUnit.SECONDS.toNanos(10);
    /** Between two bouts of a thread a pause as long as the bout, within these: others need the machine, too. */
    private static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MAX_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int DRIPS = 3;

    private final Target target;
    private final HeldConnections held = new HeldConnections();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Post> posts = new ArrayList<>();
    private final Map<String, Attack> attacks;
    private final Random random;
    private final Queue<String> order = new ArrayDeque<>();
    private final Map<String, Tally> tallies = new ConcurrentSkipListMap<>();
    private volatile boolean stopping;

    AttackRunner(Target target, Map<String, Attack> attacks, long seed) {
        this.target = target;
        this.attacks = new TreeMap<>(attacks);
        random = new Random(seed);
        for (int i = 0; i < THREADS; i++) {
            Post post = new Post(new Random(random.nextLong()));
            posts.add(post);
            threads.add(new Thread(post, "attacker-" + i));
        }
        threads.forEach(Thread::start);
    }

    /** Ends bouts that take too long. To be called from time to time. */
    void look() {
        posts.forEach(post -> post.endIfLongerThan(BOUT));
    }

    /** {@return how many bytes all attackers have sent that are done} */
    long sent() {
        return tallies.values().stream().mapToLong(tally -> tally.sent).sum();
    }

    /** {@return what was done in the bouts of each attack} */
    Map<String, Tally> tallies() {
        return tallies;
    }

    /** What was done in the bouts of an attack. */
    static final class Tally {
        private int bouts;
        private int connections;
        private long bytes;
        private int resets;
        private long sent;

        synchronized void add(Attacker attacker) {
            bouts++;
            connections = Math.max(connections, attacker.connections());
            bytes = Math.max(bytes, attacker.bytes());
            resets = Math.max(resets, attacker.resets());
            sent += attacker.bytes();
        }

        synchronized int bouts() {
            return bouts;
        }

        /** Bouts, and of the largest ones the connections, the bytes and the resets. */
        @Override
        public synchronized String toString() {
            return bouts + " (" + connections + ", " + bytes + ", " + resets + ")";
        }
    }

    /**
     * {@return what of the attacks has not taken place: connections that were not opened, bytes that were not sent,
     * resets and answers that did not come, limits that were not reached}
     *
     * @param reached how often a limit of the servers was reached, by its option
     */
    List<String> shortcomings(ToLongFunction<String> reached) {
        List<String> all = new ArrayList<>();
        attacks.forEach((name, attack) -> {
            Tally tally = tallies.getOrDefault(name, new Tally());
            if (tally.connections < attack.connections() || tally.bytes < attack.bytes()) {
                all.add(name + " should open " + attack.connections() + " connections and send " + attack.bytes()
                        + " bytes in its largest bouts; bouts, connections, bytes and resets were " + tally);
            }
            if (tally.resets < attack.resets()) {
                all.add(name + " should have " + attack.resets()
                        + " streams reset by the server in a bout; bouts, connections, bytes and resets were " + tally);
            }
            Set<Integer> missing = new TreeSet<>(attack.statuses());
            missing.removeAll(target.verdict.statuses(name));
            if (!missing.isEmpty()) {
                all.add(name + " should be answered with " + missing + ", and was with "
                        + target.verdict.statuses(name));
            }
            for (String option : attack.limits()) {
                if (reached.applyAsLong(option) == 0) {
                    all.add(name + " should reach " + option);
                }
            }
        });
        return all;
    }

    /** Ends all bouts, and waits until nobody attacks any more. */
    @Override
    public void close() {
        stopping = true;
        held.close();
        Await.until("nobody attacks", () -> {
            posts.forEach(post -> post.endIfLongerThan(0));
            return threads.stream().noneMatch(Thread::isAlive);
        });
        held.close();
    }

    /** {@return the next attack, so that each comes as often as the others} */
    private synchronized String next() {
        if (order.isEmpty()) {
            List<String> names = new ArrayList<>(attacks.keySet());
            Collections.shuffle(names, random);
            order.addAll(names);
        }
        return order.remove();
    }

    /** One thread's attacks. */
    private final class Post implements Runnable {
        private final Random random;
        private volatile @Nullable Attacker current;

        Post(Random random) {
            this.random = random;
        }

        @Override
        public void run() {
            while (!stopping) {
                String name = next();
                bout(name, attacks.get(name));
            }
        }

        private void bout(String name, @Nullable Attack attack) {
            if (attack == null) {
                return;
            }
            Attacker attacker = new Attacker(target, held, name, new Random(random.nextLong()));
            current = attacker;
            try {
                attack.bout().run(attacker);
                for (int i = 0; i < DRIPS; i++) {
                    held.dripOne();
                }
            } catch (IOException e) {
                // the server has had enough, or the bout has lasted long enough
            } catch (RuntimeException e) {
                target.verdict.fault(name + " failed: " + e);
            }
            current = null;
            attacker.end();
            tallies.computeIfAbsent(name, ignored -> new Tally()).add(attacker);
            if (!stopping) {
                LockSupport.parkNanos(Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, attacker.time())));
            }
        }

        void endIfLongerThan(long nanos) {
            Attacker attacker = current;
            if (attacker != null && attacker.time() >= nanos) {
                attacker.end();
            }
        }
    }
}
