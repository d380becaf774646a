package io.http2duplex.attack;

import io.http2duplex.wire.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Attacks, bout after bout, some at once, each as often as the others, until it is closed. */
final class AttackRunner implements AutoCloseable {
    private static final int THREADS = 6;
    /** How long one bout may take. */
    private static final long BOUT = TimeUnit.SECONDS.toNanos(3);
    /** Between two bouts of a thread a pause as long as the bout, within these: others need the machine, too. */
    private static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MAX_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int DRIPS = 3;

    private final Target target;
    private final HeldConnections held = new HeldConnections();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Post> posts = new ArrayList<>();
    private final Map<String, AtomicInteger> bouts = new ConcurrentSkipListMap<>();
    private volatile boolean stopping;

    AttackRunner(Target target, Map<String, Attack> attacks, long seed) {
        this.target = target;
        for (int i = 0; i < THREADS; i++) {
            Post post = new Post(attacks, new Random(seed + i));
            posts.add(post);
            threads.add(new Thread(post, "attacker-" + i));
        }
        threads.forEach(Thread::start);
    }

    /** Ends bouts that take too long. To be called from time to time. */
    void look() {
        posts.forEach(post -> post.endIfLongerThan(BOUT));
    }

    /** {@return how many bouts of each attack there were} */
    Map<String, AtomicInteger> bouts() {
        return bouts;
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

    /** One thread's attacks: all of them in a shuffled order, again and again. */
    private final class Post implements Runnable {
        private final Map<String, Attack> attacks;
        private final Random random;
        private volatile @Nullable Attacker current;

        Post(Map<String, Attack> attacks, Random random) {
            this.attacks = new TreeMap<>(attacks);
            this.random = random;
        }

        @Override
        public void run() {
            while (!stopping) {
                List<String> names = new ArrayList<>(attacks.keySet());
                Collections.shuffle(names, random);
                for (String name : names) {
                    if (!stopping) {
                        bout(name, attacks.get(name));
                    }
                }
            }
        }

        private void bout(String name, @Nullable Attack attack) {
            if (attack == null) {
                return;
            }
            Attacker attacker = new Attacker(target, held, name, new Random(random.nextLong()));
            current = attacker;
            try {
                attack.run(attacker);
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
            bouts.computeIfAbsent(name, ignored -> new AtomicInteger()).incrementAndGet();
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
