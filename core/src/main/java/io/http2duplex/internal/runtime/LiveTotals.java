package io.http2duplex.internal.runtime;

/**
 * Totals over the sessions of a handler that live.
 *
 * @param plain how many are of dialect 1
 * @param resumable how many are of dialect 2
 * @param detached how many of those wait for their clients to resume them
 * @param heldInput bytes from clients that are held
 * @param heldOutput bytes from the application that are held
 * @param uploadWindows how many more bytes clients may send now, dialect 2
 * @param downloadWindows how many more bytes may be sent to clients now, dialect 2
 */
public record LiveTotals(
        int plain,
        int resumable,
        int detached,
        long heldInput,
        long heldOutput,
        long uploadWindows,
        long downloadWindows) {}
