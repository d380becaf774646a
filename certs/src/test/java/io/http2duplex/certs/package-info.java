@NullMarked
package io.http2duplex.certs;

import org.jspecify.annotations.NullMarked;
