/**
 * Programs that tests and measurements run beside themselves: installed ones, or, as root on a Debian, ones whose packages
 * are unpacked and not installed, since an installed one may start a server. Nothing of this is published.
 */
@NullMarked
package io.http2duplex.programs;

import org.jspecify.annotations.NullMarked;
