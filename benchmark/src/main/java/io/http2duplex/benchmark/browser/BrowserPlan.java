package io.http2duplex.benchmark.browser;

import java.util.List;
import java.util.Set;

/**
 * How much is done in the browser.
 *
 * @param rounds that count; before them is one that does not, unless it is the only one
 * @param roundTripMillis the round-trip times to measure at
 * @param nearPings round trips without a delay
 * @param farPings round trips with one
 * @param writesMillis how long to write
 * @param firstBulk bytes of the first transfer
 * @param nearBulkMillis how long a transfer should take without a delay
 * @param farBulkMillis how long a transfer should take with one
 * @param maxBulk the most that is transferred at once, in bytes
 * @param open how many streams to open at once
 * @param openings how often to do that
 * @param idleMillis how long a duplex that does nothing is watched
 * @param messages how many a download has whose connection is cut, one each millisecond
 * @param cuts how often it is cut
 * @param cutPatience after so many milliseconds without a message, none will come
 * @param idle how many to open for their size, one after the other
 * @param leftOut the names of systems that are not measured: others differ from them in configuration alone, or they
 *     take long to start
 */
record BrowserPlan(
        int rounds,
        List<Integer> roundTripMillis,
        int nearPings,
        int farPings,
        int writesMillis,
        long firstBulk,
        int nearBulkMillis,
        int farBulkMillis,
        long maxBulk,
        int open,
        int openings,
        int idleMillis,
        int messages,
        int cuts,
        int cutPatience,
        int idle,
        Set<String> leftOut) {

    static final BrowserPlan FULL = new BrowserPlan(
            2,
            List.of(0, 50),
            1000,
            30,
            1200,
            1_000_000,
            1000,
            1600,
            400_000_000,
            50,
            5,
            60_000,
            5_000,
            9,
            20_000,
            100,
            Set.of());
    static final BrowserPlan SHORT = new BrowserPlan(
            0,
            List.of(0),
            5,
            5,
            50,
            1_000_000,
            0,
            0,
            1_000_000,
            5,
            1,
            0,
            200,
            1,
            20_000,
            0,
            Set.of(
                    "dialect 2, POST, Tomcat",
                    "dialect 2, POST, Tomcat stock",
                    "dialect 2, streaming, Jetty stock",
                    BrowserSystem.GUACAMOLE,
                    BrowserSystem.ATMOSPHERE));

    int pings(int roundTrip) {
        return roundTrip == 0 ? nearPings : farPings;
    }

    int bulkMillis(int roundTrip) {
        return roundTrip == 0 ? nearBulkMillis : farBulkMillis;
    }
}
