/**
 * TLS for development: a local certificate authority and a certificate for localhost, made on first use, and contexts
 * from your own certificates. Imports the JDK alone.
 */
@NullMarked
package io.http2duplex.certs;

import org.jspecify.annotations.NullMarked;
