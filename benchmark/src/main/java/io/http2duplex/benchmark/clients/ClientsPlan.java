package io.http2duplex.benchmark.clients;

/**
 * How much is done with clients without a browser.
 *
 * @param rounds how often, the first half of which warms up where there are more
 * @param roundTrips how many round trips
 * @param writes how many small writes
 * @param megabytes how many megabytes a transfer has in each direction that it goes
 * @param duplexes how many idle duplexes one JVM opens
 */
record ClientsPlan(int rounds, int roundTrips, int writes, int megabytes, int duplexes) {
    static final ClientsPlan FULL = new ClientsPlan(8, 3_000, 300_000, 200, 10_000);
    static final ClientsPlan SHORT = new ClientsPlan(1, 20, 500, 2, 50);
}
