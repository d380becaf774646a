/** What is measured, and what the report says of it. */
@NullMarked
package io.http2duplex.benchmark;

import org.jspecify.annotations.NullMarked;
