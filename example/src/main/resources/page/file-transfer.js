// So much waits in memory for the browser to put it where it keeps a Blob: on the disk, if it is large.
const BLOB_BYTES = 8 * 1024 * 1024;

// A browser reads a file by megabytes; in pieces like this its progress can be seen.
const PIECE_BYTES = 64 * 1024;

/**
 * Sends a file through the echo on a duplex and takes it back, both at once; ends the duplex.
 *
 * @param {Blob} file
 * @param {{ readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>, closed: Promise<void> }} duplex
 * @param {{ onSent: (bytes: number) => void, onReceived: (bytes: number) => void }} progress told of each piece's length
 * @returns {Promise<Blob>} what came back; rejects with the error that ended the duplex, or with the file's own
 */
export async function thereAndBack(file, { readable, writable, closed }, { onSent, onReceived }) {
  const splitter = new TransformStream({
    transform(chunk, controller) {
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        controller.enqueue(chunk.subarray(start, start + PIECE_BYTES));
      }
    },
  });
  const counter = new TransformStream({
    transform(piece, controller) {
      onSent(piece.length);
      controller.enqueue(piece);
    },
  });
  const sending = file.stream().pipeThrough(splitter).pipeThrough(counter).pipeTo(writable);
  try {
    const [received] = await Promise.all([receive(readable, onReceived), sending, closed]);
    return received;
  } catch (error) {
    // A file that can't be read has the duplex destroyed, which is known sooner.
    throw error.code === 'CANCELLED' && error.cause ? error.cause : error;
  }
}

async function receive(readable, onReceived) {
  const blobs = [];
  let chunks = [];
  let waiting = 0;
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    waiting += next.value.length;
    if (waiting >= BLOB_BYTES) {
      blobs.push(new Blob(chunks));
      chunks = [];
      waiting = 0;
    }
    onReceived(next.value.length);
  }
  return new Blob([...blobs, ...chunks]);
}

/** The SHA-256 of a file's bytes, in hexadecimal. The browser takes them whole, so it needs that much memory. */
export async function sha256(file) {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
