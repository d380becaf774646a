/** Duplexes in a servlet container: {@link io.http2duplex.servlet.DuplexServlet}. */
@NullMarked
package io.http2duplex.servlet;

import org.jspecify.annotations.NullMarked;
