/**
 * The glue: the only code that touches Undertow's channels. It carries the bodies of exchanges to and from what the
 * floor above gives it as a {@link io.http2duplex.undertow.DownloadSource} or an {@link
 * io.http2duplex.undertow.UploadSink}.
 *
 * <p>It runs on I/O threads, which it never blocks. It imports the protocol core, never the user's API above it.
 */
@NullMarked
package io.http2duplex.undertow;

import org.jspecify.annotations.NullMarked;
