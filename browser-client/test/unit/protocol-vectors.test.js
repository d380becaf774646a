// The vectors that both implementations have to agree on: docs/protocol-vectors.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder, ProtocolError, reasonOf, resetFrame } from '../../src/dialect2/core/frames.js';
import { ReceivingDirection } from '../../src/dialect2/core/receiving.js';
import { isBetweenFrames } from '../support/between-frames.js';
import { randomOf } from '../support/random.js';
import { test } from '../support/time-limits.js';

/** @typedef {string | { repeat: string, count: number }} Run */
/** @typedef {{ type: keyof typeof NAMES, [field: string]: any }} Meaning */

/** @type {{ frames: any[], malformed: any[], receivers: any[] }} */
const vectors = JSON.parse(readFileSync(new URL('../../../docs/protocol-vectors.json', import.meta.url), 'utf8'));

/** Of each type, the names of the fields, in their order. */
const NAMES = {
  DATA: ['offset'],
  WINDOW: ['confirmed', 'limit'],
  PING: ['token'],
  PONG: ['token'],
  END: ['offset'],
  RESET: ['number'],
  ROTATE: [],
  HELLO: ['heartbeat', 'resume'],
  DRAIN: [],
};
const TYPES = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));

/**
 * @param {Run | Run[]} notation
 * @returns {Buffer}
 */
function bytesOf(notation) {
  if (Array.isArray(notation)) {
    return Buffer.concat(notation.map(bytesOf));
  }
  return typeof notation === 'string'
    ? Buffer.from(notation, 'hex')
    : Buffer.alloc(notation.count, Buffer.from(notation.repeat, 'hex'));
}

/**
 * @param {Iterable<Uint8Array>} pieces of a body
 * @returns {{ frames: Meaning[], decoder: FrameDecoder, error?: string }}
 */
function decoded(pieces) {
  const decoder = new FrameDecoder();
  /** @type {Meaning[]} */
  const frames = [];
  try {
    for (const piece of pieces) {
      for (const { type, fields, bytes } of decoder.decode(piece)) {
        const meaning = meaningOf(type, fields, bytes);
        const last = frames[frames.length - 1];
        if (meaning.type === 'DATA' && bytes.length === 0) {
          continue;
        } else if (meaning.type === 'DATA' && last?.type === 'DATA' && last.next === meaning.offset) {
          last.pieces.push(...meaning.pieces);
          last.next = meaning.next;
        } else {
          frames.push(meaning);
        }
      }
    }
    return { frames, decoder };
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return { frames, decoder, error: error.message };
  }
}

/**
 * @param {number} type
 * @param {number[]} fields
 * @param {Uint8Array} bytes
 * @returns {Meaning}
 */
function meaningOf(type, fields, bytes) {
  const name = TYPES[type];
  const meaning = Object.fromEntries(NAMES[name].map((field, i) => [field, fields[i]]));
  if (name === 'DATA') {
    return { type: name, ...meaning, next: fields[0] + bytes.length, pieces: [Buffer.from(bytes)] };
  }
  const ticket = name === 'HELLO' && bytes.length >= 16 && Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return { type: name, ...meaning, ...(ticket && { ticket }), ...(name === 'RESET' && { reason: reasonOf(bytes) }) };
}

/**
 * Neighbouring DATA is joined, as where frames of it were cut does not matter.
 *
 * @param {Meaning[]} frames
 */
function joined(frames) {
  /** @type {any[]} */
  const all = [];
  for (const { next: _, pieces, bytes, ...meaning } of frames) {
    const last = all[all.length - 1];
    if (meaning.type !== 'DATA') {
      all.push(meaning);
      continue;
    }
    const data = Buffer.concat(pieces ?? [bytesOf(bytes)]);
    if (last?.type === 'DATA' && last.offset + last.data.length === meaning.offset) {
      last.data = Buffer.concat([last.data, data]);
    } else {
      all.push({ ...meaning, data });
    }
  }
  return all;
}

/**
 * @param {Buffer} bytes
 * @returns {Generator<[string, Iterable<Uint8Array>], void>}
 */
function* cuts(bytes) {
  yield ['whole', [bytes]];
  if (bytes.length < 1_000) {
    yield ['byte by byte', Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))];
  }
  const random = randomOf(bytes.length);
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    const size = Math.ceil((bytes.length / 3) ** random());
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  yield ['in random pieces', pieces];
}

for (const { name, bytes, frames, complete = true } of vectors.frames) {
  test(`frames: ${name}`, () => {
    for (const [how, pieces] of cuts(bytesOf(bytes))) {
      const { frames: found, decoder, error } = decoded(pieces);
      assert.equal(error, undefined, how);
      assert.deepEqual(joined(found), joined(frames), how);
      assert.equal(isBetweenFrames(decoder), complete, how);
    }
  });
}

for (const { name, bytes, frames, error } of vectors.malformed) {
  test(`malformed: ${name}`, () => {
    for (const [how, pieces] of cuts(bytesOf(bytes))) {
      const found = decoded(pieces);
      assert.equal(found.error, error, how);
      assert.deepEqual(joined(found.frames), joined(frames), how);
    }
  });
}

for (const { name, window, steps } of vectors.receivers) {
  test(`a receiver: ${name}`, () => {
    const receiving = new ReceivingDirection(window, window, 0);
    const taken = [];
    for (const { frame: given, received, confirmed, ended = false, error } of steps) {
      const step = () =>
        given.type === 'END' ? receiving.end(given.offset) : receiving.receive(given.offset, bytesOf(given.bytes));
      if (error) {
        assert.throws(step, { message: error });
        continue;
      }
      step();
      for (let bytes; (bytes = receiving.read());) {
        taken.push(bytes);
      }
      assert.equal(Buffer.concat(taken).toString('hex'), received);
      assert.equal(receiving.confirmed, confirmed);
      assert.equal(receiving.hasEnded, ended);
    }
  });
}

test('what is encoded is decoded', () => {
  const max = Number.MAX_SAFE_INTEGER;
  const cases = [
    [FrameType.WINDOW, [0, max]],
    [FrameType.WINDOW, [2 ** 32 - 1, 2 ** 32]],
    [FrameType.PING, [2 ** 32 - 1]],
    [FrameType.END, [max]],
    [FrameType.ROTATE, []],
    [FrameType.HELLO, [15_000, 30_000]],
    [FrameType.DRAIN, []],
  ];
  for (const [type, fields] of /** @type {[number, number[]][]} */ (cases)) {
    assert.deepEqual(
      [...new FrameDecoder().decode(frame(type, fields))].map((found) => [found.type, found.fields]),
      [[type, fields]],
    );
  }
});

test('a reason that is too long is cut between characters', () => {
  const [found] = new FrameDecoder().decode(Buffer.concat(resetFrame(256, 'ü'.repeat(2_000) + 'x')));
  assert.equal(reasonOf(found.bytes), 'ü'.repeat(500));
  const [odd] = new FrameDecoder().decode(Buffer.concat(resetFrame(256, 'x' + 'ü'.repeat(2_000))));
  assert.equal(reasonOf(odd.bytes), 'x' + 'ü'.repeat(499));
});
