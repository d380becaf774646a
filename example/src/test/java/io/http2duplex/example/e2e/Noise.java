package io.http2duplex.example.e2e;

/** What a page should not make, unless a test provokes it. */
enum Noise {
    /** A message in the console. The browser itself writes one for every request that fails. */
    CONSOLE,
    /** A request that failed, that was given up, or whose answer was no success. */
    REQUEST,
    /** An exception or a rejection that nobody caught. No test may expect it. */
    UNCAUGHT
}
