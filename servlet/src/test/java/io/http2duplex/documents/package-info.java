/** What the documents say of this module. */
@NullMarked
package io.http2duplex.documents;

import org.jspecify.annotations.NullMarked;
