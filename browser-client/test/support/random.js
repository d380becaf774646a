import { createHash } from 'node:crypto';

/**
 * @param {number} seed
 * @returns {() => number} a generator (mulberry32) of numbers from 0 to 1
 */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * @param {() => number} random
 * @param {number} total in bytes
 * @returns {Uint8Array[]} chunks of random bytes and lengths: most short, some long
 */
export function randomChunks(random, total) {
  const chunks = [];
  for (let left = total; left > 0;) {
    const size = Math.min(left, Math.ceil(10 ** (random() * 5.5)));
    const chunk = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      chunk[i] = random() * 256;
    }
    chunks.push(chunk);
    left -= size;
  }
  return chunks;
}

/** @param {Iterable<Uint8Array>} chunks */
export function hashOf(chunks) {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}
