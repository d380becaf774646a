/**
 * Puts waiting writes together into bodies, in order, as few as the bound allows. A chunk that fills a body alone, or
 * is alone, is not copied; empty chunks give nothing.
 *
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
      yield joined(parts);
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
    yield joined(parts);
  }
}

/**
 * @param {Uint8Array[]} parts at least one
 * @returns {Uint8Array}
 */
export function joined(parts) {
  if (parts.length === 1) {
    return parts[0];
  }
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
