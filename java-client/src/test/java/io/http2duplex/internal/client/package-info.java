@NullMarked
package io.http2duplex.internal.client;

import org.jspecify.annotations.NullMarked;
