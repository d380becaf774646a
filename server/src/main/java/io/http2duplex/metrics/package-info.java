/**
 * Metrics for Micrometer, above the API: the only code that knows Micrometer, which an application without it does not
 * need.
 */
@NullMarked
package io.http2duplex.metrics;

import org.jspecify.annotations.NullMarked;
