package io.http2duplex.internal.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteQueueTest {
    /** Bytes in a plain array: what a queue of bytes must behave like. */
    private static final class Model {
        private final byte[] bytes = new byte[1 << 20];
        private int start;
        private int end;

        /** {@return new random bytes, somewhere inside a larger array} */
        ByteBuffer append(Random random, int count) {
            byte[] added = new byte[count + 12];
            random.nextBytes(added);
            System.arraycopy(added, 5, bytes, end, count);
            end += count;
            return ByteBuffer.wrap(added, 5, count);
        }

        byte[] take(int count) {
            byte[] taken = Arrays.copyOfRange(bytes, start, start + count);
            start += count;
            return taken;
        }

        int size() {
            return end - start;
        }
    }

    @Test
    void itBehavesAsAPlainArrayOfBytesDoes() {
        for (int seed = 0; seed < 60; seed++) {
            behavesAsTheModel(seed, SpareBuffers.NONE);
            behavesAsTheModel(seed, new PoisonedSpares(1 + seed));
        }
    }

    private static void behavesAsTheModel(long seed, SpareBuffers spares) {
        Random random = new Random(seed);
        Model model = new Model();
        ByteQueue queue = new ByteQueue(spares);
        for (int step = 0; step < 60; step++) {
            int size = random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(40);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    if (spares != SpareBuffers.NONE) {
                        continue;
                    }
                    ByteBuffer bytes = model.append(random, size);
                    queue.add(bytes);
                    assertThat(bytes.remaining())
                            .as("a buffer that was added stays as it was")
                            .isEqualTo(size);
                }
                case 2 -> {
                    ByteBuffer bytes = model.append(random, size);
                    queue.addCopy(bytes);
                    bytes.duplicate().put(new byte[size]); // it was a copy
                }
                case 3 -> {
                    ByteQueue other = new ByteQueue(spares);
                    other.addCopy(model.append(random, random.nextInt(30)));
                    other.addCopy(model.append(random, size));
                    queue.addAll(other);
                    assertThat(other.isEmpty()).isTrue();
                }
                case 4 -> {
                    ByteQueue following = new ByteQueue(spares);
                    following.addCopy(model.append(random, size));
                    following.addCopy(model.append(random, random.nextInt(30)));
                    following.addAllFirst(queue);
                    assertThat(queue.isEmpty()).isTrue();
                    queue = following;
                }
                case 5 -> {
                    ByteBuffer bytes = queue.poll();
                    if (bytes != null) {
                        assertThat(bytes(bytes)).as("seed %d", seed).isEqualTo(model.take(bytes.remaining()));
                    }
                }
                case 6 -> {
                    ByteBuffer target = ByteBuffer.allocate(size);
                    int count = queue.read(target);
                    assertThat(count).isEqualTo(Math.min(size, model.size()));
                    assertThat(bytes(target.flip())).as("seed %d", seed).isEqualTo(model.take(count));
                }
                default -> {
                    ByteBuffer bytes = queue.peek();
                    if (bytes != null) {
                        int count = random.nextInt(bytes.remaining() + 1);
                        assertThat(bytes(bytes.limit(bytes.position() + count)))
                                .as("seed %d", seed)
                                .isEqualTo(model.take(count));
                        queue.consumed(count);
                    }
                }
            }
            assertThat(queue.size()).as("seed %d", seed).isEqualTo(model.size());
            assertThat(queue.isEmpty()).isEqualTo(model.size() == 0);
        }
    }

    @Test
    void smallAddsAreGatheredInFewBuffers() {
        ByteQueue added = new ByteQueue();
        ByteQueue copied = new ByteQueue();
        for (int i = 0; i < 65_536; i++) {
            added.add(ByteBuffer.wrap(new byte[] {(byte) i}));
            copied.addCopy(ByteBuffer.wrap(new byte[] {(byte) i}));
        }

        assertThat(buffersOf(added)).isLessThanOrEqualTo(18);
        assertThat(buffersOf(copied)).isLessThanOrEqualTo(18);
    }

    private static int buffersOf(ByteQueue queue) {
        int count = 0;
        long capacity = 0;
        long size = queue.size();
        for (ByteBuffer bytes = queue.poll(); bytes != null; bytes = queue.poll()) {
            count++;
            capacity += bytes.capacity();
        }
        assertThat(capacity).isLessThanOrEqualTo(size + 4096);
        return count;
    }

    @Test
    void largeBuffersAreHeldAndNotCopied() {
        ByteQueue queue = new ByteQueue();
        byte[] large = new byte[ByteQueue.SMALL];
        queue.add(ByteBuffer.wrap(large));
        queue.add(ByteBuffer.wrap(large));

        large[0] = 7;

        assertThat(requireNonNull(queue.poll()).get(0)).isEqualTo((byte) 7);
        assertThat(requireNonNull(queue.poll()).get(0)).isEqualTo((byte) 7);
    }

    @Test
    void aViewStaysAsItWasWhileSmallAddsGoBehindIt() {
        ByteQueue queue = new ByteQueue();
        queue.addCopy(ByteBuffer.wrap(new byte[] {1}));
        queue.addCopy(ByteBuffer.wrap(new byte[] {2, 3}));
        queue.consumed(1);
        ByteBuffer view = requireNonNull(queue.peek());

        queue.addCopy(ByteBuffer.wrap(new byte[] {4, 5}));

        assertThat(bytes(view)).isEqualTo(new byte[] {2, 3});
        queue.consumed(2);
        assertThat(bytes(requireNonNull(queue.peek()))).isEqualTo(new byte[] {4, 5});
    }

    @Test
    void nothingIsAddedToABufferThatWasGivenAway() {
        ByteQueue queue = new ByteQueue();
        queue.addCopy(ByteBuffer.wrap(new byte[] {1}));
        queue.addCopy(ByteBuffer.wrap(new byte[] {2}));
        queue.poll();
        ByteBuffer given = requireNonNull(queue.poll());

        queue.addCopy(ByteBuffer.wrap(new byte[] {3}));

        assertThat(bytes(given)).isEqualTo(new byte[] {2});
        given.clear().put(0, (byte) 9);
        assertThat(bytes(requireNonNull(queue.poll()))).isEqualTo(new byte[] {3});
    }

    @Test
    void readOnlyAndDirectBuffersAreTaken() {
        ByteQueue queue = new ByteQueue();
        queue.add(ByteBuffer.wrap(new byte[] {1, 2}).asReadOnlyBuffer());
        queue.add(ByteBuffer.allocateDirect(2).put(0, (byte) 3).put(1, (byte) 4));
        ByteBuffer target = ByteBuffer.allocateDirect(4);

        assertThat(queue.read(target)).isEqualTo(4);
        assertThat(bytes(target.flip())).isEqualTo(new byte[] {1, 2, 3, 4});
    }

    @Test
    void smallBuffersMovedFromAnotherQueueAreGatheredToo() {
        ByteQueue queue = new ByteQueue();
        for (int i = 0; i < 100; i++) {
            ByteQueue other = new ByteQueue();
            other.addCopy(ByteBuffer.wrap(new byte[] {1}));
            queue.addCopy(ByteBuffer.wrap(new byte[] {2}));
            queue.addAll(other);
        }

        int buffers = 0;
        while (queue.poll() != null) {
            buffers++;
        }
        assertThat(buffers).isEqualTo(2); // the first, which found the queue empty, and one that took all others
    }

    @Test
    void smallBuffersMovedToTheFrontAreGatheredToo() {
        ByteQueue queue = new ByteQueue();
        for (int i = 0; i < 65_536; i++) {
            ByteQueue other = new ByteQueue();
            other.add(ByteBuffer.wrap(new byte[] {(byte) i}));
            queue.addAllFirst(other);
        }

        assertThat(buffersOf(queue)).isLessThanOrEqualTo(65);
    }

    @Test
    void clearingForgetsEverything() {
        ByteQueue queue = new ByteQueue();
        queue.addCopy(ByteBuffer.wrap(new byte[] {1}));
        queue.addCopy(ByteBuffer.wrap(new byte[] {2}));

        queue.clear();

        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
        queue.addCopy(ByteBuffer.wrap(new byte[] {3}));
        assertThat(bytes(requireNonNull(queue.poll()))).isEqualTo(new byte[] {3});
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
