package io.http2duplex.benchmark.messages;

/**
 * How much is done with messages.
 *
 * @param rounds how often echoes are made; the first half of the rounds warms up
 * @param roundTrips how many echoes one at a time
 * @param echoes how many echoes many at a time
 * @param members how many members the topic has
 * @param warmUp how many messages are published before those that are measured
 * @param published how many messages are published while it is measured
 * @param jgroupsRate messages a second over JGroups
 * @param redisRate messages a second over Redis
 * @param busMillis how long they are published
 */
record MessagesPlan(
        int rounds,
        int roundTrips,
        int echoes,
        int members,
        int warmUp,
        int published,
        int jgroupsRate,
        int redisRate,
        int busMillis) {
    static final MessagesPlan FULL = new MessagesPlan(8, 3_000, 200_000, 10_000, 60, 40, 100_000, 50_000, 5_000);
    static final MessagesPlan SHORT = new MessagesPlan(1, 50, 1_000, 100, 2, 3, 10_000, 10_000, 200);
}
