/** Tests that compare the documents with the code. They run in the folder of this module. */
package io.http2duplex.documents;
