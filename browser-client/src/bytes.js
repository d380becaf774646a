/**
 * Bytes in memory of their own, which is not shared: what fetch takes. Older TypeScript knows no `Uint8Array<ArrayBuffer>`.
 * @typedef {ReturnType<Uint8Array['slice']>} Bytes
 */

/**
 * @param {Uint8Array[]} parts
 * @param {ArrayBuffer} [spare] used if they fit into it: new memory costs more than copying
 * @returns {Bytes} a copy
 */
export function joined(parts, spare) {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const whole = new Uint8Array(spare && size <= spare.byteLength ? spare : new ArrayBuffer(size), 0, size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
