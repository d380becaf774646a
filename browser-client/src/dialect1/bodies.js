import { joined } from '../bytes.js';

/**
 * Combines chunks into bodies, in order, as few as the limit allows. A chunk that fills a body alone, or is the only
 * one, is not copied. Empty chunks are skipped.
 * @param {readonly Uint8Array[]} chunks
 * @param {number} limit the most that one body holds, in bytes; at least 1
 * @returns {Generator<Uint8Array, void>}
 */
export function* bodies(chunks, limit) {
  /** @type {Uint8Array[]} */
  let parts = [];
  let size = 0;
  for (const chunk of chunks) {
    let rest = chunk;
    while (size + rest.byteLength >= limit) {
      const room = limit - size;
      parts.push(rest.subarray(0, room));
      yield bodyOf(parts);
      rest = rest.subarray(room);
      parts = [];
      size = 0;
    }
    if (rest.byteLength > 0) {
      parts.push(rest);
      size += rest.byteLength;
    }
  }
  if (size > 0) {
    yield bodyOf(parts);
  }
}

/** @param {Uint8Array[]} parts at least one */
function bodyOf(parts) {
  return parts.length === 1 ? parts[0] : joined(parts);
}
