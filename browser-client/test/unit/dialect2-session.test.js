// One session of dialect 2: how it ends, and what the simulation can't see, since nothing is lost by it.
import assert from 'node:assert/strict';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, reasonOf } from '../../src/dialect2/core/frames.js';
import { MIB, attached, framesOf, data } from '../support/attached-session.js';
import { test } from '../support/time-limits.js';

test('a server that is about to stop changes nothing else', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.DRAIN, []), 1);
  assert.ok(core.isDraining && core.downloads.isAttached && !core.downloads.mustAttach(1) && !core.isClosed);
  core.write(Buffer.from('ab'));
  assert.ok(core.uploads.nextBody(MIB, 2));
});

test('a reset is sent at once, whatever waits, and twice more when it is lost', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const lost = core.uploads.nextBody(MIB, 0);
  assert.ok(lost);
  core.uploadLost(lost, 0, 60_000);
  core.reset(300, 'enough');
  for (let i = 0; i < 3; i++) {
    const now = i * 1_000;
    core.timeIs(now);
    const part = core.uploads.nextBody(MIB, now);
    const [reset] = framesOf(part);
    assert.deepEqual([reset.type, reset.fields, reasonOf(reset.bytes)], [FrameType.RESET, [300], 'enough']);
    assert.ok(part && !core.isFinished);
    core.uploadLost(part, now);
  }
  assert.equal(core.uploads.nextBody(MIB, 60_000), null);
  assert.ok(core.isFinished);
});

test('the first failure wins', () => {
  const { core, download } = attached();
  core.received(download, data(100, 'x'), 1);
  core.reset(300, 'later');
  assert.equal(core.failure?.number, 2);
});

test('what was received before the end can be read when the session is closed', () => {
  const { core, download } = attached();
  core.end();
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.received(download, Buffer.concat([data(0, 'ab'), frame(FrameType.END, [2])]), 1);
  core.uploadTaken(part);
  assert.ok(core.isClosed && !core.failure && !core.isAtEnd);
  assert.equal(Buffer.from(core.read() ?? []).toString(), 'ab');
  assert.ok(core.isAtEnd);
});

test('a session that has ended cleanly, as the server answers, ends cleanly', () => {
  const { core, download } = attached();
  core.end();
  core.uploads.nextBody(MIB, 1);
  core.received(download, frame(FrameType.END, [0]), 1);
  core.downloadEnded(download, 2);
  core.closedByServer(0);
  assert.ok(core.isClosed && core.isFinished && !core.failure && core.isUploadEnded);
});

test('a reset that is under way is not sent again until it has had no answer for two seconds', () => {
  const { core } = attached();
  core.reset(300, 'enough');
  const part = core.uploads.nextBody(MIB, 1_000);
  assert.ok(part);
  assert.equal(core.uploads.nextBody(MIB, 1_000), null);
  assert.equal(core.deadline, 3_000);
  core.timeIs(3_000);
  assert.ok(!core.isWanted(part));
  assert.equal(framesOf(core.uploads.nextBody(MIB, 3_000))[0].type, FrameType.RESET);
});

test('the beginning of a frame is kept although the page gives the buffer away that it came in', () => {
  const { core, download } = attached();
  const body = Uint8Array.from(Buffer.concat([data(0, 'one '), data(4, 'and two')]));
  const first = body.slice(0, 20);
  core.received(download, first, 0);
  assert.equal(Buffer.from(core.read() ?? []).toString(), 'one ');
  structuredClone(first.buffer, { transfer: [first.buffer] });
  core.received(download, body.slice(20), 0);
  assert.equal(Buffer.from(core.read() ?? []).toString(), 'and two');
});
