// Buffers and windows of dialect 2: what the simulation can't see, since nothing is lost by it.
import assert from 'node:assert/strict';
import { ByteRing } from '../../src/dialect2/core/byte-ring.js';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { ReceivingDirection } from '../../src/dialect2/core/receiving.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { MIB, hello, attached, framesOf, data } from '../support/attached-session.js';
import { test } from '../support/time-limits.js';

test('a ring of bytes gives what was put, around its end as well', () => {
  const ring = new ByteRing();
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  ring.put(0, bytes.subarray(0, 60), 0, 100);
  ring.put(60, bytes.subarray(60), 0, 100);
  assert.deepEqual(ring.get(0, 100), bytes);
  ring.put(100, bytes.subarray(0, 50), 50, 100);
  assert.deepEqual(ring.get(50, 150), Uint8Array.from([...bytes.subarray(50), ...bytes.subarray(0, 50)]));
});

test('what is read shares its buffer with nothing else, so that the page may give it away', () => {
  const { core, download } = attached();
  const body = Buffer.concat([data(0, 'one '), data(4, 'and two'), data(11, ' and three')]);
  const first = Uint8Array.from(body.subarray(0, 40));
  core.received(download, first, 0);
  core.received(download, body.subarray(40), 0);
  const read = [core.read(), core.read(), core.read()];
  assert.deepEqual(
    read.map((bytes) => bytes && String(Buffer.from(bytes))),
    ['one and two', ' and three', null],
  );
  assert.equal(read[0]?.buffer, first.buffer);
  assert.equal(new Set([...read.map((bytes) => bytes?.buffer), body.buffer]).size, 4);
});

test('what a streaming body still holds when the server has confirmed it by then may be anything, and is dropped', () => {
  const size = 20_000;
  const core = new ResumableSession({ initialWindow: size, maxWindow: size, random: () => 0.5 }, 0);
  const download = core.openDownload(0);
  core.received(download, hello(), 0);
  core.received(download, frame(FrameType.WINDOW, [0, size]), 0);
  core.write(Buffer.alloc(size, 'x'));
  const held = core.uploads.nextPieces(core.uploads.openStream(0), MIB, 0) ?? [];
  assert.deepEqual(Buffer.concat(held).subarray(-size - 8, -8), Buffer.alloc(size, 'x'));
  core.received(download, frame(FrameType.WINDOW, [size, 2 * size]), 0);
  core.write(Buffer.alloc(size, 'y'));
  const news = core.uploads.nextBody(MIB, 0);
  assert.deepEqual(Buffer.concat(held).subarray(-size - 8, -8), Buffer.alloc(size, 'y'));
  const receiving = new ReceivingDirection(2 * size, 2 * size, 0);
  receiving.receive(0, Buffer.alloc(size, 'x'));
  for (const { type, fields, bytes } of [...framesOf({ bytes: Buffer.concat(held) }), ...framesOf(news)]) {
    if (type === FrameType.DATA) {
      receiving.receive(fields[0], Uint8Array.from(bytes));
    }
  }
  const read = [receiving.read(), receiving.read(), receiving.read()].map((bytes) => bytes && Buffer.from(bytes));
  assert.deepEqual(read, [Buffer.alloc(size, 'x'), Buffer.alloc(size, 'y'), null]);
});

/**
 * @param {number[]} windows that are advertised, one after the other, when all of the window before was used
 * @param {number} pause between them, in milliseconds
 */
function windowsGrow(windows, pause) {
  const { core, download } = attached();
  let now = 0;
  let offset = 0;
  let limit = 100;
  for (const window of windows) {
    now += pause;
    core.received(download, data(offset, 'x'.repeat(limit - offset)), now);
    offset = limit;
    assert.ok(core.read());
    const [advertised] = framesOf(core.uploads.nextBody(MIB, now));
    limit = advertised.fields[1];
    assert.deepEqual(advertised.fields, [offset, offset + window]);
  }
}

test('windows grow with use, up to their bound', () => {
  windowsGrow([400, 400], 1_000);
});

test('the window of a slow server stays as it is', () => {
  windowsGrow([100, 100, 100], 1_001);
});

test('a window grows with use, although the server asks again and again what has arrived', () => {
  const { core, download } = attached();
  for (const [offset, limit] of [
    [0, 130],
    [30, 460],
  ]) {
    const asked = Buffer.concat([data(offset, 'x'.repeat(30)), frame(FrameType.PING, [offset])]);
    core.received(download, asked, 1);
    assert.ok(core.read());
    const [advertised] = framesOf(core.uploads.nextBody(MIB, 1));
    assert.deepEqual(advertised.fields, [offset + 30, limit]);
  }
});

test('the buffer of the upload grows with the window, up to its bound', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.WINDOW, [0, 300]), 1);
  assert.equal(core.write(new Uint8Array(1_000)), 300);
  core.received(download, frame(FrameType.WINDOW, [0, 10_000]), 2);
  assert.equal(core.write(new Uint8Array(1_000)), 100);
});

test('pieces out of order in one chunk share no buffer that the page could give away', () => {
  const { core, download } = attached();
  const body = Uint8Array.from(Buffer.concat([data(4, 'efgh'), data(0, 'abcd'), data(8, 'ijkl')]));
  core.received(download, body, 0);
  const read = [core.read(), core.read(), core.read()];
  assert.equal(read.map((bytes) => Buffer.from(bytes ?? []).toString()).join(''), 'abcdefghijkl');
  assert.equal(new Set(read.map((bytes) => bytes?.buffer)).size, 3);
});

test('where only what was read is confirmed, a sender that has asked gets the rest by halves', () => {
  const receiving = new ReceivingDirection(1_000, 1_000, 0, true);
  receiving.receive(0, new Uint8Array(100));
  receiving.receive(100, new Uint8Array(100));
  assert.equal(receiving.mustAdvertise, false);
  assert.deepEqual(receiving.advertise(10_000, false, true), [0, 1_000]);
  assert.equal(receiving.mustAdvertise, false);
  receiving.read();
  assert.equal(receiving.mustAdvertise, true);
  assert.deepEqual(receiving.advertise(10_000), [100, 1_100]);
  receiving.read();
  assert.equal(receiving.mustAdvertise, true);
  assert.deepEqual(receiving.advertise(10_000), [200, 1_200]);
  receiving.receive(200, new Uint8Array(10));
  receiving.read();
  assert.equal(receiving.mustAdvertise, false);
});
