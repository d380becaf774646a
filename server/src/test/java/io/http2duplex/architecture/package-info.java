/** Tests of the architecture: which package may know which. */
package io.http2duplex.architecture;
