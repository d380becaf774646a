// What the clients of a page have in common: reading to the end, and failures until a stream is closed.

/** Reads a stream whose end is a failure: no server of the benchmark ends its side. */
export async function readAll(reader, onBytes) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      throw new Error('the server ended its side');
    }
    onBytes(value);
  }
}

/** Failures count until the page itself has closed the stream. */
export function untilClosed(onFailure) {
  let closed = false;
  return {
    report: (error) => closed || onFailure(error),
    ignore: () => (closed = true),
  };
}
