// One session of dialect 2: how it ends, and what the simulation can't see, since nothing is lost by it.
import assert from 'node:assert/strict';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, reasonOf, resetFrame } from '../../src/dialect2/core/frames.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { MIB, hello, attached, framesOf, data } from '../support/attached-session.js';
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

test('a session that has ended cleanly, as the server answers, while bytes were not sent, has failed, and says why', () => {
  const { core } = attached();
  core.write(new Uint8Array(50));
  core.end();
  assert.ok(core.uploads.nextBody(40, 1));
  core.closedByServer(0);
  assert.deepEqual(core.failure, {
    number: 2,
    reason: 'The server has ended it before this side has. Open another one.',
  });
  assert.ok(core.isFinished && !core.isUploadEnded);
});

test('a server that lacks bytes that it had confirmed can never get them: the session fails', () => {
  const { core, download } = attached();
  core.write(new Uint8Array(60));
  assert.ok(core.uploads.nextBody(MIB, 1));
  core.received(download, frame(FrameType.WINDOW, [50, 200]), 2);
  core.downloadEnded(download, 3);
  core.downloads.attach(4);
  const next = core.openDownload(5);
  core.received(next, Buffer.concat([hello(), frame(FrameType.WINDOW, [49, 200])]), 5);
  assert.deepEqual(core.failure, { number: 2, reason: 'The server lacks bytes that it had confirmed' });
});

test('a WINDOW that comes late, or on a download that another may have overtaken, contradicts nothing', () => {
  const { core, download } = attached();
  core.write(new Uint8Array(60));
  assert.ok(core.uploads.nextBody(MIB, 1));
  core.received(download, frame(FrameType.WINDOW, [50, 200]), 2);
  core.received(download, frame(FrameType.WINDOW, [40, 200]), 2);
  core.received(download, frame(FrameType.ROTATE, []), 2_000);
  core.downloads.attach(2_000);
  const next = core.openDownload(2_001);
  core.received(next, Buffer.concat([hello(), frame(FrameType.WINDOW, [40, 200])]), 2_001);
  core.received(download, frame(FrameType.WINDOW, [45, 200]), 2_002);
  assert.equal(core.failure, undefined);
});

test('a kept session whose server lacks what had arrived, or has what was never sent, fails', () => {
  for (const [confirmed, reason] of /** @type {const} */ ([
    [29, 'The server lacks bytes that it had confirmed'],
    [61, 'malformed-frame'],
  ])) {
    const { core: before } = attached();
    before.write(new Uint8Array(60));
    const part = before.uploads.nextBody(30, 1);
    assert.ok(part && before.uploads.nextBody(MIB, 1));
    before.uploadTaken(part, 2);
    const kept = structuredClone(before.suspend());
    const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5, kept }, 0);
    core.received(core.openDownload(1), Buffer.concat([hello(), frame(FrameType.WINDOW, [confirmed, 200])]), 1);
    assert.deepEqual(core.failure, { number: 2, reason });
  }
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

test('a session begins neither drained nor ended, and less may be kept of an upload than of a download', () => {
  const { core, download } = attached({ maxUnconfirmed: 150 });
  assert.equal(core.isDraining, false);
  assert.equal(core.isUploadEnded, false);
  core.received(download, frame(FrameType.WINDOW, [0, 400]), 1);
  assert.equal(core.write(new Uint8Array(400)), 150);
});

test('an upload has ended when the server has its end, unless the session has failed', () => {
  const { core, download } = attached();
  core.end();
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part && !core.isUploadEnded);
  core.received(download, frame(FrameType.WINDOW, [1, 100]), 1);
  assert.ok(core.isUploadEnded);
  core.reset(300, 'enough');
  assert.ok(!core.isUploadEnded);
});

test('a failure that the server answers with is one, although everything may have arrived', () => {
  const { core, download } = attached();
  core.end();
  core.uploads.nextBody(MIB, 1);
  core.received(download, frame(FrameType.END, [0]), 1);
  core.closedByServer(300);
  assert.deepEqual(core.failure, { number: 300, reason: '' });
});

test('RESET fails the session at once, what follows it is dropped, and nothing is sent', () => {
  const { core, download } = attached();
  const reset = Buffer.concat([...resetFrame(300, 'why'), data(0, 'ab')]);
  core.received(download, reset, 1);
  assert.deepEqual(core.failure, { number: 300, reason: 'why' });
  assert.equal(core.read(), null);
  assert.ok(core.isFinished);
});

for (const how of ['was reset', 'has ended']) {
  test(`a download that goes on and on after the session ${how} is given up`, () => {
    const { core, download } = attached();
    if (how === 'was reset') {
      core.reset(300, 'enough');
    } else {
      core.end();
      core.uploads.nextBody(MIB, 1);
      core.received(download, Buffer.concat([frame(FrameType.END, [0]), frame(FrameType.WINDOW, [1, 100])]), 1);
    }
    assert.ok(core.isClosed);
    core.received(download, new Uint8Array(MIB), 1);
    assert.ok(core.isWanted(download), 'the server may have sent that much by then');
    core.received(download, new Uint8Array(1), 1);
    assert.ok(!core.isWanted(download));
  });
}

test('an error that is none of the protocol is thrown', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  core.downloads.attach(1);
  core.downloads.onattached = () => {
    throw new RangeError('a fault of the page');
  };
  assert.throws(() => core.received(core.openDownload(1), hello(), 1), RangeError);
});

test('a session that is finished waits for no time', () => {
  const { core, download } = attached({ initialWindow: 200_000, maxWindow: 200_000 });
  core.received(download, frame(FrameType.WINDOW, [0, 200_000]), 0);
  core.write(new Uint8Array(100_000));
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.received(download, frame(FrameType.WINDOW, [100_000, 200_000]), 5);
  core.uploadTaken(part);
  assert.ok(core.deadline < Infinity);
  core.fail(300, 'enough');
  assert.equal(core.deadline, Infinity);
});

test('pauses end when there is reason to believe that the network is back', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.uploadLost(part, 1, 5_000);
  assert.equal(core.uploads.nextBody(MIB, 2), null);
  core.retryNow();
  assert.ok(core.uploads.nextBody(MIB, 2));
  core.downloadEnded(download, 3);
  core.downloads.attachFailed(core.downloads.attach(3), 3, 5_000);
  assert.ok(!core.downloads.mustAttach(4));
  core.retryNow();
  assert.ok(core.downloads.mustAttach(4));
});

test('the end of a download that another has overtaken changes nothing for streams', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.ROTATE, []), 1);
  core.downloads.attach(1);
  core.received(core.openDownload(1), hello(), 1);
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  assert.equal(core.downloadEnded(download, 2), false);
  assert.ok(core.isWanted(stream));
});

test('a session that could not be resumed, or send, says so', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  core.timeIs(60_000);
  assert.deepEqual(core.failure, { number: 4, reason: 'It could not be resumed in time' });
  const { core: other, download: alive } = attached();
  other.write(Buffer.from('ab'));
  for (const now of [1, 15_000, 30_000, 45_000]) {
    other.received(alive, frame(FrameType.PONG, [0]), now);
    const part = other.uploads.nextBody(MIB, now);
    assert.ok(part);
    other.uploadLost(part, now);
  }
  assert.deepEqual(other.failure, { number: 4, reason: 'No upload could be sent in time' });
});
