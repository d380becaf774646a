/** From figures to Markdown and charts. */
@NullMarked
package io.http2duplex.benchmark.report;

import org.jspecify.annotations.NullMarked;
