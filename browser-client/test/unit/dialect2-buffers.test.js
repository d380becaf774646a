// Buffers and windows of dialect 2: what the simulation can't see, since nothing is lost by it.
import assert from 'node:assert/strict';
import { ByteRing } from '../../src/dialect2/core/byte-ring.js';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { add } from '../../src/dialect2/core/ranges.js';
import { ReceivingDirection } from '../../src/dialect2/core/receiving.js';
import { SendingDirection } from '../../src/dialect2/core/sending.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { MIB, hello, attached, framesOf, data } from '../support/attached-session.js';
import { ShiftedArrays } from '../support/shifted-arrays.js';
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

test('what is put into an empty ring lies in one piece, at its beginning', () => {
  const ring = new ByteRing();
  ring.put(0, new Uint8Array(100), 0, 100);
  ring.put(150, new Uint8Array(100), 150, 100);
  assert.equal(ring.views(150, 250).length, 1);
});

test('a ring grows to twice its size at most, or to what it must hold, and within its bound', () => {
  const ring = new ByteRing();
  const capacity = () => ring.views(0, 1)[0].buffer.byteLength;
  ring.put(0, new Uint8Array(10), 0, 35);
  assert.equal(capacity(), 10);
  ring.put(10, new Uint8Array(5), 0, 35);
  assert.equal(capacity(), 20);
  ring.put(15, new Uint8Array(10), 0, 35);
  assert.equal(capacity(), 35);
});

test('an empty ring keeps 64 KiB and no more', () => {
  for (const [size, isLarge] of /** @type {[number, boolean][]} */ ([
    [65_536, false],
    [65_537, true],
  ])) {
    const ring = new ByteRing();
    ring.put(0, new Uint8Array(size), 0, size);
    const [{ buffer }] = ring.views(0, 1);
    assert.equal(ring.isLarge, isLarge);
    ring.clear();
    assert.equal(ring.isLarge, false);
    ring.put(0, new Uint8Array(1), 0, size);
    assert.equal(ring.views(0, 1)[0].buffer === buffer, !isLarge);
  }
});

test('an empty range is not kept, and ranges that touch become one', () => {
  const ranges = [{ from: 0, to: 2 }];
  add(ranges, 5, 5);
  assert.deepEqual(ranges, [{ from: 0, to: 2 }]);
  add(ranges, 4, 6);
  add(ranges, 8, 9);
  add(ranges, 2, 4);
  assert.deepEqual(ranges, [
    { from: 0, to: 6 },
    { from: 8, to: 9 },
  ]);
});

test('of many small chunks none is moved for each that is read', () => {
  const receiving = new ReceivingDirection(MIB, MIB, 0);
  const count = 20_000;
  for (let i = 0; i < count; i++) {
    receiving.receive(2 * i, Uint8Array.of(i >> 8, i));
  }
  /** @type {Uint8Array[]} */
  const read = [];
  const shifted = new ShiftedArrays();
  for (let bytes; (bytes = receiving.read());) {
    read.push(bytes);
  }
  shifted.stop();
  const all = Buffer.concat(read);
  assert.equal(all.length, 2 * count);
  assert.ok(Array.from({ length: count }, (_, i) => all.readUInt16BE(2 * i)).every((value, i) => value === i));
  assert.ok(shifted.longest < 2_000, `an array of ${shifted.longest} chunks`);
});

for (const { name, padding } of [
  { name: 'are alone in their pieces of the body', padding: 0 },
  { name: 'are a small part of their pieces of the body', padding: 5_000 },
]) {
  test(`bytes that ${name} take little more memory than they are, until they are read`, () => {
    const { core, download } = attached({ firstLimit: MIB, maxWindow: MIB });
    const count = 1_000;
    for (let i = 0; i < count; i++) {
      const padded = Buffer.from([127, 0, padding >> 8, padding & 255, ...new Uint8Array(padding)]);
      core.received(download, Uint8Array.from(Buffer.concat([data(i, 'x'), padded])), 0);
    }
    let chunks = 0;
    let memory = 0;
    let size = 0;
    for (let bytes; (bytes = core.read()); chunks++) {
      size += bytes.length;
      memory += bytes.buffer.byteLength;
    }
    assert.equal(size, count);
    assert.ok(memory <= 2 * count + padding, `${memory} bytes hold ${size}`);
    assert.ok(chunks < 20, `${chunks} chunks`);
  });
}

test('a chunk that fills at least half of its piece of the body is not copied', () => {
  const { core, download } = attached({ firstLimit: MIB, maxWindow: MIB });
  const pieces = [0, 1, 2].map((i) => Uint8Array.from(data(5_000 * i, 'x'.repeat(5_000))));
  pieces.forEach((piece) => core.received(download, piece, 0));
  assert.deepEqual(
    pieces.map(() => core.read()?.buffer),
    pieces.map(({ buffer }) => buffer),
  );
});

test('what is read shares its buffer with nothing else, so that the page may give it away', () => {
  const { core, download } = attached();
  const one = 'one, which is as long as what is around it, ';
  const body = Buffer.concat([data(0, one), data(one.length, 'and two'), data(one.length + 7, ' and three')]);
  const first = Uint8Array.from(body.subarray(0, one.length + 36));
  core.received(download, first, 0);
  core.received(download, body.subarray(one.length + 36), 0);
  const read = [core.read(), core.read(), core.read()];
  assert.deepEqual(
    read.map((bytes) => bytes && String(Buffer.from(bytes))),
    [`${one}and two`, ' and three', null],
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

test('a download may bring more at first, and what comes slowly of it is confirmed as often', () => {
  const { core, download } = attached({ firstLimit: 1_000, maxWindow: 10_000 });
  core.received(download, data(0, 'x'.repeat(49)), 0);
  assert.ok(core.read());
  assert.equal(core.uploads.nextBody(MIB, 2_000), null);
  core.received(download, data(49, 'x'), 2_000);
  assert.ok(core.read());
  const [advertised] = framesOf(core.uploads.nextBody(MIB, 2_000));
  assert.deepEqual(advertised.fields, [50, 1_050]);
  core.received(download, data(50, 'x'.repeat(1_000)), 2_000);
  assert.equal(core.isClosed, false);
  core.received(download, data(1_050, 'x'), 2_000);
  assert.equal(core.failure?.number, 2);
});

test('of a window that is larger at first the steps grow before it does', () => {
  const { core, download } = attached({ firstLimit: 2_000, maxWindow: 10_000 });
  for (const [from, to, window] of [
    [0, 50, 2_000],
    [50, 850, 10_000],
  ]) {
    core.received(download, data(from, 'x'.repeat(to - from - 1)), 1);
    assert.ok(core.read());
    assert.equal(core.uploads.nextBody(MIB, 1), null);
    core.received(download, data(to - 1, 'x'), 1);
    assert.ok(core.read());
    const [advertised] = framesOf(core.uploads.nextBody(MIB, 1));
    assert.deepEqual(advertised.fields, [to, to + window]);
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

test('an end that is known and was not confirmed is not kept, and the direction has not ended with it', () => {
  const receiving = new ReceivingDirection(100, 100, 0, true);
  receiving.receive(0, new Uint8Array(10));
  receiving.advertise(0, true);
  receiving.end(10);
  assert.deepEqual(receiving.suspend(), { read: 0, to: 10, end: -1, limit: 100, bytes: new Uint8Array(10) });
  assert.equal(receiving.hasEnded, false);
  receiving.read();
  assert.equal(receiving.hasEnded, true);
  assert.equal(receiving.suspend().end, 10);
});

test('a receiver that takes the place of another has its window, and nothing to read if nothing was left', () => {
  const receiving = new ReceivingDirection(10, 1_000, 0);
  receiving.resume({ read: 100, to: 100, end: -1, limit: 150, bytes: new Uint8Array(0) });
  assert.equal(receiving.read(), null);
  assert.equal(receiving.suspend().limit, 150);
  assert.throws(() => receiving.receive(149, new Uint8Array(2)));
  receiving.receive(149, new Uint8Array(1));
});

test('64 runs may be out of order, and the end besides', () => {
  const receiving = new ReceivingDirection(1_000, 1_000, 0);
  receiving.end(500);
  for (let run = 1; run <= 64; run++) {
    receiving.receive(2 * run, new Uint8Array(1));
  }
  assert.throws(() => receiving.receive(2 * 65, new Uint8Array(1)), /beyond-window/);
});

test('what lies out of order stays when a large run before it is complete', () => {
  const size = 100_000;
  const receiving = new ReceivingDirection(5 * size, 5 * size, 0);
  for (const run of [3, 1, 0, 2]) {
    receiving.receive(run * size, new Uint8Array(size).fill(run));
  }
  for (const run of [0, 1, 2, 3]) {
    assert.deepEqual(receiving.read(), new Uint8Array(size).fill(run));
  }
});

test('what was not read when a session is reset is dropped', () => {
  const { core, download } = attached();
  core.received(download, data(0, 'ab'), 1);
  core.reset(300, 'enough');
  assert.equal(core.read(), null);
});

test('a sender that takes the place of another has its bytes, and the room that is left', () => {
  for (const [kept, room] of [
    [4, 6],
    [30, 0],
  ]) {
    const sending = new SendingDirection(10, 1_000);
    const bytes = new Uint8Array(kept).fill(7);
    sending.resume({ arrived: 100, written: 100 + kept, unsent: 100 + kept, limit: 1_000, isOpen: true, bytes });
    assert.equal(sending.room, room);
    assert.equal(sending.mustAsk, false);
    assert.deepEqual(sending.suspend().bytes, bytes);
  }
});

test('a sender whose buffer is full of what it could not send has nothing to ask', () => {
  const sending = new SendingDirection(10, 10);
  sending.window(0, 5, 1);
  sending.write(new Uint8Array(10));
  sending.frames(MIB, []);
  assert.equal(sending.mustAsk, true);
  sending.window(5, 5, 1);
  sending.write(new Uint8Array(10));
  assert.deepEqual([sending.room, sending.mustAsk], [0, false]);
});

/** @param {SendingDirection} sending */
const typesOf = (sending) => framesOf({ bytes: Buffer.concat(sending.frames(MIB, [])) }).map(({ type }) => type);

test('the end goes although the window is used up', () => {
  const sending = new SendingDirection(10, 10);
  sending.window(0, 10, 1);
  sending.write(new Uint8Array(10));
  sending.end();
  assert.deepEqual(typesOf(sending), [FrameType.DATA, FrameType.END]);
});

test('what may be sent is what was not, within the window', () => {
  const sending = new SendingDirection(10, 10);
  sending.window(0, 8, 1);
  sending.write(new Uint8Array(10));
  sending.frames(3, []);
  assert.equal(sending.sendable, 5);
});

test('a question may be asked again without news', () => {
  const sending = new SendingDirection(10, 10);
  sending.window(0, 10, 1);
  sending.write(new Uint8Array(10));
  sending.frames(MIB, []);
  sending.asked();
  assert.equal(sending.mustAsk, false);
  sending.askAgain();
  assert.equal(sending.mustAsk, true);
});

test('the room grows with the distance of the limit from what is confirmed', () => {
  const sending = new SendingDirection(100, 1_000);
  sending.window(0, 100, 1);
  sending.write(new Uint8Array(50));
  sending.frames(MIB, []);
  sending.window(50, 170, 1);
  assert.equal(sending.room, 120);
});

test('a server that confirms what was never sent breaks the protocol', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  core.received(download, frame(FrameType.WINDOW, [1, 100]), 1);
  assert.equal(core.failure?.number, 2);
});

test('nothing is taken after a reset', () => {
  const { core } = attached();
  core.reset(300, 'enough');
  assert.equal(core.write(Buffer.from('ab')), 0);
});

test('large memory is released a second after the last confirmation, when it holds nothing', () => {
  for (const [confirmed, isReleased] of /** @type {[number, boolean][]} */ ([
    [100_000, true],
    [99_999, false],
  ])) {
    const { core, download } = attached({ initialWindow: 200_000, maxWindow: 200_000 });
    core.received(download, frame(FrameType.WINDOW, [0, 200_000]), 0);
    core.write(new Uint8Array(100_000));
    const part = core.uploads.nextBody(MIB, 1);
    assert.ok(part);
    core.received(download, frame(FrameType.WINDOW, [confirmed, 200_000]), 5);
    core.uploadTaken(part);
    assert.equal(core.deadline, 1_005);
    core.timeIs(1_005);
    assert.ok(core.deadline > 1_005);
    core.write(new Uint8Array(20_000));
    const stream = core.uploads.openStream(1_005);
    const pieces = core.uploads.nextPieces(stream, MIB, 1_005) ?? [];
    assert.equal(Math.max(...pieces.map(({ buffer }) => buffer.byteLength)), isReleased ? 20_000 : 100_000);
  }
});

test('a DATA frame has 256 KiB at most', () => {
  const sending = new SendingDirection(600_000, 600_000);
  sending.window(0, 600_000, 1);
  sending.write(new Uint8Array(600_000));
  const frames = framesOf({ bytes: Buffer.concat(sending.frames(MIB, [])) });
  assert.deepEqual(
    frames.map(({ bytes }) => bytes.length),
    [262_144, 262_144, 75_712],
  );
});

test('the end alone goes without DATA', () => {
  const sending = new SendingDirection(10, 10);
  sending.window(0, 10, 1);
  sending.write(new Uint8Array(3));
  sending.frames(MIB, []);
  sending.end();
  assert.deepEqual(Buffer.concat(sending.frames(MIB, [])), Buffer.from(frame(FrameType.END, [3])));
});

test('a frame under 16 KiB is one piece, a larger one has its head apart', () => {
  for (const [size, pieces] of [
    [16_383, 1],
    [16_384, 2],
  ]) {
    const sending = new SendingDirection(20_000, 20_000);
    sending.window(0, 20_000, 1);
    sending.write(new Uint8Array(size));
    assert.equal(sending.frames(MIB, []).length, pieces);
  }
});

test('a receiver that takes the place of one without bytes has its end', () => {
  const receiving = new ReceivingDirection(10, 10, 0);
  receiving.resume({ read: 0, to: 1, end: 0, limit: 10, bytes: new Uint8Array(0) });
  assert.ok(receiving.isAtEnd && receiving.hasEnded);
});

test('a receiver keeps for another what was confirmed and not read, which that one gives', () => {
  const receiving = new ReceivingDirection(100, 100, 0, true);
  receiving.receive(0, new Uint8Array(10).fill(1));
  receiving.receive(10, new Uint8Array(10).fill(2));
  receiving.read();
  assert.deepEqual(receiving.suspend(), { read: 10, to: 10, end: -1, limit: 110, bytes: new Uint8Array(0) });
  receiving.advertise(0, true);
  const kept = receiving.suspend();
  assert.deepEqual(kept, { read: 10, to: 20, end: -1, limit: 110, bytes: new Uint8Array(10).fill(2) });
  const next = new ReceivingDirection(100, 100, 0, true);
  next.resume(kept);
  assert.deepEqual(next.read(), new Uint8Array(10).fill(2));
  assert.equal(next.read(), null);
});
