/**
 * Sessions made safe for many threads: the lock, the timer, the faces that an application uses, the threads of user code.
 *
 * <p>It imports the protocol core and the words of the API. It knows no request and no carrier.
 */
@NullMarked
package io.http2duplex.internal.runtime;

import org.jspecify.annotations.NullMarked;
