@NullMarked
package io.http2duplex.nodes;

import org.jspecify.annotations.NullMarked;
