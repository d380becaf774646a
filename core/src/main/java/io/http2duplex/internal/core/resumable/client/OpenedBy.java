package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.DownloadMode;

/**
 * The GET that has opened a session.
 *
 * @param attempts the largest number of a GET that has asked for the session; 0 if there was one
 * @param mode how it asks its download to travel
 */
public record OpenedBy(long attempts, DownloadMode mode) {}
