// What the simulation can't see, since nothing is lost by it: the times of actions, and actions that must not happen.
import assert from 'node:assert/strict';
import { ByteRing } from '../../src/dialect2/core/byte-ring.js';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder, reasonOf } from '../../src/dialect2/core/frames.js';
import { ReceivingDirection } from '../../src/dialect2/core/receiving.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { test } from '../support/time-limits.js';

const HEARTBEAT = 15_000;
const RESUME_TIMEOUT = 30_000;
const MIB = 1 << 20;

const hello = (heartbeat = HEARTBEAT) => frame(FrameType.HELLO, [heartbeat, RESUME_TIMEOUT]);

/** @param {{ resumeTimeout?: number, initialWindow?: number }} [options] */
function attached(options) {
  const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5, ...options }, 0);
  const download = core.openDownload(0);
  core.received(download, hello(), 0);
  core.received(download, frame(FrameType.WINDOW, [0, 100]), 0);
  return { core, download };
}

/** @param {{ bytes: Uint8Array } | null} part */
function framesOf(part) {
  assert.ok(part);
  return [...new FrameDecoder().decode(part.bytes)].map(({ type, fields, bytes }) => ({ type, fields, bytes }));
}

/** @param {number} offset @param {string} text */
const data = (offset, text) => Buffer.concat([frame(FrameType.DATA, [offset], text.length), Buffer.from(text)]);

test('what waits is combined into one body, and what is under way is not sent again', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  core.write(Buffer.from('cd'));
  const [frameOfBoth] = framesOf(core.uploads.nextBody(MIB, 1));
  assert.equal(Buffer.from(frameOfBoth.bytes).toString(), 'abcd');
  assert.equal(core.uploads.nextBody(MIB, 1), null);
});

test('a body that is lost is sent again at once, then after growing pauses, which end when it is taken', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  let now = 0;
  for (const pause of [0, 125, 375, 875]) {
    const part = core.uploads.nextBody(MIB, now);
    assert.ok(part);
    core.uploadLost(part, now);
    assert.equal(core.uploads.nextBody(MIB, now + pause - 1), null);
    now += pause;
    core.timeIs(now);
  }
  const part = core.uploads.nextBody(MIB, now);
  assert.ok(part);
  core.uploadTaken(part);
  core.write(Buffer.from('c'));
  assert.ok(core.uploads.nextBody(MIB, now));
});

test('a pause that the server asks for is kept', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 0);
  assert.ok(part);
  core.uploadLost(part, 0, 7_000);
  assert.equal(core.deadline, 7_000);
  assert.equal(core.uploads.nextBody(MIB, 6_999), null);
  assert.ok(core.uploads.nextBody(MIB, 7_000));
});

test('a longer pause than a session can survive is cut to ten seconds', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 0);
  assert.ok(part);
  core.uploadLost(part, 0, 3_600_000);
  assert.equal(core.uploads.nextBody(MIB, 9_999), null);
  assert.ok(core.uploads.nextBody(MIB, 10_000));
  core.downloadEnded(download, 0);
  core.downloads.attachFailed(core.downloads.attach(0), 0, 3_600_000);
  assert.ok(!core.downloads.mustAttach(9_999) && core.downloads.mustAttach(10_000));
});

/**
 * Sends what waits, and loses it, once in a second, while the server shows that it lives.
 *
 * @param {ReturnType<typeof attached>} session
 * @param {number} from
 * @param {number} to
 */
function loseAll({ core, download }, from, to) {
  for (let now = from; now <= to && !core.isClosed; now += 1_000) {
    core.received(download, frame(FrameType.PONG, [0]), now);
    core.timeIs(now);
    const part = core.uploads.nextBody(MIB, now);
    if (part) {
      core.uploadLost(part, now, 1_000);
    }
  }
}

test('a client whose uploads are all lost for the resume timeout gives up, and tells the server', () => {
  const session = attached();
  const { core } = session;
  core.write(Buffer.from('ab'));
  loseAll(session, 0, RESUME_TIMEOUT - 1_000);
  assert.ok(!core.isClosed);
  loseAll(session, RESUME_TIMEOUT, RESUME_TIMEOUT + 10_000);
  assert.equal(core.failure?.number, 4);
  assert.equal(framesOf(core.uploads.nextBody(MIB, RESUME_TIMEOUT + 10_000))[0].type, FrameType.RESET);
});

test('a shorter resume timeout of the server or the application leaves lost uploads their 30 seconds', () => {
  const session = attached({ resumeTimeout: 0 });
  const { core, download } = session;
  core.received(download, frame(FrameType.HELLO, [HEARTBEAT, 0]), 0);
  core.write(Buffer.from('ab'));
  loseAll(session, 0, 29_000);
  assert.ok(!core.isClosed);
});

test('an upload that is taken, or of which more is confirmed, gives those that are lost their time anew', () => {
  for (const succeed of /** @type {((session: ReturnType<typeof attached>) => void)[]} */ ([
    ({ core }) => {
      core.timeIs(22_000);
      const part = core.uploads.nextBody(MIB, 22_000);
      assert.ok(part);
      core.uploadTaken(part);
    },
    ({ core, download }) => core.received(download, frame(FrameType.WINDOW, [1, 100]), 22_000),
  ])) {
    const session = attached();
    session.core.write(Buffer.from('ab'));
    loseAll(session, 0, 19_000);
    succeed(session);
    session.core.write(Buffer.from('cd'));
    loseAll(session, 23_000, 23_000 + RESUME_TIMEOUT - 1_000);
    assert.ok(!session.core.isClosed);
  }
});

test('another download gives uploads that are lost no more time: something on the way may pass GETs alone', () => {
  const session = attached();
  const { core } = session;
  core.write(Buffer.from('ab'));
  loseAll(session, 0, 19_000);
  session.download = core.openDownload(22_000);
  core.received(session.download, hello(), 22_000);
  loseAll(session, 23_000, RESUME_TIMEOUT - 1_000);
  assert.ok(!core.isClosed);
  loseAll(session, RESUME_TIMEOUT, RESUME_TIMEOUT + 10_000);
  assert.equal(core.failure?.number, 4);
});

test('a loss of long ago, after which nothing was left to send, counts no longer', () => {
  const session = attached();
  const { core, download } = session;
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 0);
  assert.ok(part);
  core.received(download, frame(FrameType.WINDOW, [2, 100]), 1);
  core.uploadLost(part, 1);
  assert.equal(core.uploads.nextBody(MIB, 1_000), null);
  core.received(download, frame(FrameType.PING, [7]), 2 * HEARTBEAT);
  loseAll(session, 2 * RESUME_TIMEOUT, 2 * RESUME_TIMEOUT + 1_000);
  assert.ok(!core.isClosed);
});

test('a server that is about to stop changes nothing else', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.DRAIN, []), 1);
  assert.ok(core.isDraining && core.downloads.isAttached && !core.downloads.mustAttach(1) && !core.isClosed);
  core.write(Buffer.from('ab'));
  assert.ok(core.uploads.nextBody(MIB, 2));
});

test('with a bound of 0 only frames other than DATA are given', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  assert.equal(core.uploads.nextBody(0, 1), null);
  core.received(download, frame(FrameType.PING, [7]), 1);
  assert.deepEqual(
    framesOf(core.uploads.nextBody(0, 1)).map(({ type }) => type),
    [FrameType.WINDOW, FrameType.PONG],
  );
});

test('frames that are under way in a superseded download count', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.ROTATE, []), 1);
  assert.ok(core.downloads.mustAttach(1));
  core.downloads.attach(1);
  const next = core.openDownload(2);
  core.received(next, hello(), 2);
  core.received(download, data(0, 'ab'), 3);
  core.received(next, data(0, 'abc'), 3);
  assert.equal(Buffer.from(core.read() ?? []).toString(), 'ab');
  assert.equal(Buffer.from(core.read() ?? []).toString(), 'c');
  core.downloadEnded(download, 4);
  assert.ok(core.downloads.isAttached);
});

test('ROTATE ends the streaming POST, and one in a superseded download does not', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  core.received(download, frame(FrameType.ROTATE, []), 1);
  assert.ok(stream.mustEnd);
  core.downloads.attach(1);
  core.received(core.openDownload(2), hello(), 2);
  const next = core.uploads.openStream(3);
  core.received(download, frame(FrameType.ROTATE, []), 3);
  assert.ok(!next.mustEnd && !core.downloads.mustAttach(3));
});

test('a streaming POST begins with a PING, and streaming is given up when no PONG comes', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const stream = core.uploads.openStream(10);
  const pieces = core.uploads.nextPieces(stream, MIB, 10);
  assert.ok(pieces);
  assert.deepEqual(
    framesOf({ bytes: Buffer.concat(pieces) }).map(({ type }) => type),
    [FrameType.PING, FrameType.DATA],
  );
  assert.equal(core.deadline, 3_010);
  core.timeIs(3_010);
  assert.ok(!core.isWanted(stream) && !core.uploads.mayStream && !core.uploads.wantsStream(3_010));
  assert.equal(Buffer.from(framesOf(core.uploads.nextBody(MIB, 3_010))[0].bytes).toString(), 'ab');
});

/** A stream is begun, works, and breaks. @param {ReturnType<typeof attached>} session @param {number} now */
function breakStream({ core, download }, now) {
  core.received(download, frame(FrameType.PING, [0]), now);
  core.timeIs(now);
  core.write(Buffer.from('ab'));
  assert.ok(core.uploads.wantsStream(now));
  const stream = core.uploads.openStream(now);
  assert.ok(core.uploads.nextPieces(stream, MIB, now));
  const arrived = stream.ranges[0].to;
  const window = frame(FrameType.WINDOW, [arrived, arrived + 100]);
  core.received(download, Buffer.concat([frame(FrameType.PONG, [stream.probe]), window]), now);
  core.uploadLost(stream, now);
}

test('streaming is given up when it has broken twice within a minute', () => {
  const session = attached();
  breakStream(session, 1_000);
  breakStream(session, 60_999);
  assert.ok(!session.core.uploads.wantsStream(70_000) && !session.core.uploads.mayStream);
});

test('a stream that breaks while the session is detached has broken with its connection', () => {
  const session = attached();
  const { core } = session;
  for (const now of [1_000, 5_000, 9_000]) {
    core.write(Buffer.from('ab'));
    assert.ok(core.uploads.wantsStream(now));
    const stream = core.uploads.openStream(now);
    core.uploads.nextPieces(stream, MIB, now);
    core.received(session.download, frame(FrameType.PONG, [stream.probe]), now);
    core.downloadEnded(session.download, now + 1);
    assert.ok(core.isWanted(stream));
    core.uploadLost(stream, now + 2_000);
    core.downloads.attach(now + 2_000);
    session.download = core.openDownload(now + 2_000);
    core.received(session.download, hello(), now + 2_000);
    core.retryNow();
  }
  assert.ok(core.uploads.mayStream);
});

test('streaming that breaks more rarely, or with its connection, goes on', () => {
  const session = attached();
  const { core } = session;
  breakStream(session, 1_000);
  breakStream(session, 61_000);
  assert.ok(core.uploads.mayStream);
  for (const now of [62_000, 64_000, 66_000]) {
    breakStream(session, now);
    core.downloadEnded(session.download, now + 1);
    core.downloads.attach(now + 1);
    session.download = core.openDownload(now + 2);
    core.received(session.download, hello(), now + 2);
    core.retryNow();
  }
  core.write(Buffer.from('ab'));
  assert.ok(core.uploads.wantsStream(67_000));
});

/**
 * Types with a streaming POST, byte after byte, where each piece of it takes `late` milliseconds, and a POST `early`.
 * @param {{ late: number, early: number, keys?: number, before?: string }} how
 * @returns {{ core: ResumableSession, stream: any, posts: number }} `posts`: how many went beside the stream
 */
function typed({ late, early, keys = 6, before = '' }) {
  const { core, download } = attached({ initialWindow: MIB });
  const limit = frame(FrameType.WINDOW, [0, MIB]);
  core.received(download, limit, 0);
  const stream = core.uploads.openStream(0);
  let now = 0;
  let posts = 0;
  const answer = (/** @type {Uint8Array} */ bytes) => {
    for (const { type, fields } of framesOf({ bytes })) {
      if (type === FrameType.PING) {
        core.received(download, Buffer.concat([limit, frame(FrameType.PONG, fields)]), now);
      }
    }
  };
  for (let i = 0; i < keys; i++) {
    core.write(Buffer.from(`${before}a`));
    for (let pieces; !stream.mustEnd && (pieces = core.uploads.nextPieces(stream, MIB, now));) {
      now += late;
      answer(Buffer.concat(pieces));
      while (core.uploads.wantsPost) {
        posts++;
        const part = core.uploads.nextBody(0, now);
        assert.ok(part);
        assert.deepEqual(part.ranges, []);
        now += early;
        answer(part.bytes);
        core.uploadTaken(part, now);
      }
    }
  }
  return { core, stream, posts };
}

test('a stream whose pieces arrive late is left for POSTs after three comparisons, and nothing is lost', () => {
  const { core, stream, posts } = typed({ late: 212, early: 20 });
  assert.equal(posts, 3);
  assert.ok(stream.mustEnd && !core.uploads.mayStream && !core.uploads.wantsStream(2_000));
  const [{ type, fields, bytes }] = framesOf(core.uploads.nextBody(MIB, 2_000));
  assert.deepEqual([type, fields], [FrameType.DATA, [stream.ranges.at(-1).to]]);
  assert.equal(Buffer.from(bytes).toString(), 'aaaaa');
});

test('a stream that is left is whole: its rest is not sent again when it is taken', () => {
  const { core, stream } = typed({ late: 212, early: 20 });
  core.uploads.nextBody(MIB, 2_000);
  core.uploadTaken(stream, 2_000);
  assert.equal(core.uploads.nextBody(MIB, 2_000), null);
});

test('where POSTs are as late as the stream, it goes on, and few POSTs are spent on that', () => {
  const { core, stream, posts } = typed({ late: 300, early: 290, keys: 1_000 });
  assert.equal(posts, 8);
  assert.ok(core.uploads.mayStream && !stream.mustEnd);
});

test('where the stream is fast, no POST is spent', () => {
  const { core, posts } = typed({ late: 99, early: 1, keys: 1_000 });
  assert.equal(posts, 0);
  assert.ok(core.uploads.mayStream);
});

test('a PING that waits behind many bytes tells nothing about the stream', () => {
  const { core, posts } = typed({ late: 212, early: 20, keys: 20, before: 'x'.repeat(5_000) });
  // The first one has none before it.
  assert.equal(posts, 1);
  assert.ok(core.uploads.mayStream);
});

test('a server that is silent for two heartbeats is treated as dead: its download and POSTs are no longer wanted', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.timeIs(2 * HEARTBEAT);
  assert.ok(!core.isWanted(download) && !core.isWanted(part) && !core.downloads.isAttached);
  assert.ok(core.downloads.mustAttach(2 * HEARTBEAT));
});

test('a server that may have lost the download of a silent session is treated as dead while it can be resumed', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.HELLO, [15_000, 30_000]), 1_000);
  core.timeIs(23_499);
  assert.ok(core.downloads.isAttached);
  core.timeIs(23_500);
  assert.ok(core.downloads.mustAttach(23_500));
});

test('a session whose download has ended for a rotation that brings nothing is detached with that', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.ROTATE, []), 1_000);
  const rotation = core.downloads.attach(1_000);
  core.downloadEnded(download, 2_000, true); // as if the server had put the rotation in its place
  assert.ok(core.downloads.isAttached);
  core.timeIs(11_000);
  assert.ok(!core.downloads.isAttached && !core.isWanted(rotation));
});

test('a download that does not begin with HELLO breaks the protocol', () => {
  for (const first of [frame(FrameType.WINDOW, [0, 100]), data(0, 'a'), frame(FrameType.PING, [1])]) {
    const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5 }, 0);
    core.received(core.openDownload(0), first, 0);
    assert.equal(core.failure?.number, 2);
  }
});

test('polls that bring nothing, and are answered at once, follow each other 50 times a second at most', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 0);
  let now = 0;
  for (let polls = 1; polls <= 6; polls++) {
    core.timeIs(now);
    assert.ok(core.downloads.mustAttach(now));
    core.downloads.attach(now);
    const poll = core.openDownload(now, true);
    core.received(poll, hello(), now);
    core.received(poll, frame(FrameType.WINDOW, [0, 100]), now);
    core.downloadEnded(poll, now, true);
    assert.ok(core.downloads.isAttached);
    // The answer to a POST may come before the echo: the next poll follows each of the first three at once.
    assert.equal(core.downloads.mustAttach(now), polls <= 3);
    assert.equal(core.downloads.mustAttach(now + 19), polls <= 3);
    now += polls <= 3 ? 0 : 20;
  }
});

test('a poll that brings bytes is followed by the next at once, however many do', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 0);
  for (let polls = 0; polls < 6; polls++) {
    core.timeIs(0);
    core.downloads.attach(0);
    const poll = core.openDownload(0, true);
    core.received(poll, hello(), 0);
    core.received(poll, frame(FrameType.WINDOW, [0, 100]), 0);
    core.received(poll, data(polls, 'a'), 0);
    core.downloadEnded(poll, 0, true);
    assert.ok(core.downloads.mustAttach(0));
  }
});

test('of downloads that others have overtaken the three newest are read on', () => {
  const { core, download } = attached();
  const all = [download];
  for (let now = 1; now <= 5; now++) {
    core.received(/** @type {any} */ (all.at(-1)), frame(FrameType.ROTATE, []), now);
    core.downloads.attach(now);
    all.push(core.openDownload(now));
  }
  assert.deepEqual(
    all.map((each) => core.isWanted(each)),
    [false, false, true, true, true, true],
  );
});

test('a client gives up after the resume timeout, and tells a server that may still be there', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1_000);
  const attempt = core.downloads.attach(1_000);
  core.downloads.attachFailed(attempt, 1_100);
  core.timeIs(1_000 + RESUME_TIMEOUT - 1);
  assert.ok(!core.isClosed);
  core.timeIs(1_000 + RESUME_TIMEOUT);
  assert.equal(core.failure?.number, 4);
  const part = core.uploads.nextBody(MIB, 1_000 + RESUME_TIMEOUT);
  assert.ok(part && core.failure);
  assert.equal(framesOf(part)[0].type, FrameType.RESET);
});

test('an application may shorten the resume timeout of the server, but not lengthen it', () => {
  for (const [resumeTimeout, expected] of [
    [500, 500],
    [2 * RESUME_TIMEOUT, RESUME_TIMEOUT],
  ]) {
    const { core, download } = attached({ resumeTimeout });
    core.downloadEnded(download, 0);
    core.downloads.attach(0);
    core.timeIs(expected - 1);
    assert.ok(!core.isClosed);
    core.timeIs(expected);
    assert.ok(core.isClosed);
  }
});

test('a client that only receives sends WINDOW once per heartbeat: a PING may be stuck behind bytes', () => {
  const { core, download } = attached();
  for (const heartbeat of [1, 2]) {
    const now = heartbeat * HEARTBEAT;
    core.received(download, data(heartbeat - 1, 'x'), now - 1);
    assert.equal(core.deadline, now);
    core.timeIs(now - 1);
    assert.equal(core.uploads.nextBody(MIB, now - 1), null);
    core.timeIs(now);
    const part = core.uploads.nextBody(MIB, now);
    assert.deepEqual(
      framesOf(part).map(({ type, fields }) => ({ type, confirmed: fields[0] })),
      [{ type: FrameType.WINDOW, confirmed: heartbeat }],
    );
    core.uploadTaken(/** @type {NonNullable<typeof part>} */ (part));
  }
});

test('a client that receives nothing sends nothing: the server sends a PING when it needs a sign of life', () => {
  const { core } = attached();
  core.timeIs(HEARTBEAT);
  assert.equal(core.uploads.nextBody(MIB, HEARTBEAT), null);
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

test('a streaming body whose probe the end overtakes comes to its end, and is not aborted', () => {
  const { core, download } = attached();
  core.end();
  const stream = core.uploads.openStream(1);
  assert.ok(core.uploads.nextPieces(stream, MIB, 1));
  core.received(download, Buffer.concat([frame(FrameType.WINDOW, [1, 100]), frame(FrameType.END, [0])]), 2);
  core.downloadEnded(download, 2);
  assert.ok(core.isClosed && stream.mustEnd && core.isWanted(stream));
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

test('a probe fails within a heartbeat, before the server treats a client whose bytes are held back as dead', () => {
  const { core, download } = attached();
  core.received(download, frame(FrameType.HELLO, [1_000, RESUME_TIMEOUT]), 0);
  core.write(Buffer.from('ab'));
  const stream = core.uploads.openStream(0);
  assert.ok(core.uploads.nextPieces(stream, MIB, 0));
  core.timeIs(999);
  assert.equal(core.uploads.mayStream, true);
  core.timeIs(1_000);
  assert.equal(core.uploads.mayStream, false);
  assert.equal(core.isWanted(stream), false);
  assert.equal(core.downloads.isAttached, true);
});

test('a POST that is never answered, and of which nothing is confirmed, is sent again by another within four heartbeats', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  const held = core.uploads.nextBody(MIB, 1);
  assert.ok(held);
  for (let now = HEARTBEAT; now < 4 * HEARTBEAT; now += HEARTBEAT) {
    core.timeIs(now);
    core.received(download, frame(FrameType.PING, [now]), now);
    core.uploads.nextBody(0, now);
  }
  core.timeIs(4 * HEARTBEAT - 1);
  assert.ok(!core.isWanted(held) && !core.isClosed);
  const again = framesOf(core.uploads.nextBody(MIB, 4 * HEARTBEAT)).find(({ type }) => type === FrameType.DATA);
  assert.equal(again && Buffer.from(again.bytes).toString(), 'ab');
});

test('pieces out of order in one chunk share no buffer that the page could give away', () => {
  const { core, download } = attached();
  const body = Uint8Array.from(Buffer.concat([data(4, 'efgh'), data(0, 'abcd'), data(8, 'ijkl')]));
  core.received(download, body, 0);
  const read = [core.read(), core.read(), core.read()];
  assert.equal(read.map((bytes) => Buffer.from(bytes ?? []).toString()).join(''), 'abcdefghijkl');
  assert.equal(new Set(read.map((bytes) => bytes?.buffer)).size, 3);
});

for (const heartbeat of [HEARTBEAT, 0]) {
  const patience = 2 * (heartbeat || 30_000);
  test(`a download that another has overtaken, and that never ends, is given up after ${patience} ms`, () => {
    const { core, download } = attached();
    const hello = frame(FrameType.HELLO, [heartbeat, RESUME_TIMEOUT]);
    core.received(download, hello, 0);
    core.received(download, frame(FrameType.ROTATE, []), 1);
    core.downloads.attach(1);
    const next = core.openDownload(2);
    core.received(next, hello, 2);
    for (let now = 2; now < patience; now += 1_000) {
      core.received(next, frame(FrameType.PONG, [0]), now);
      core.timeIs(now);
      assert.ok(core.isWanted(download) && core.isWanted(next));
    }
    core.received(next, frame(FrameType.PONG, [0]), patience + 2);
    assert.ok(core.deadline <= patience + 2);
    core.timeIs(patience + 2);
    assert.ok(!core.isWanted(download) && core.isWanted(next) && core.downloads.isAttached);
  });
}

/** A streaming POST that has answered its first PING. */
function streaming() {
  const session = attached();
  const { core, download } = session;
  const stream = core.uploads.openStream(0);
  core.write(Buffer.from('ab'));
  assert.ok(core.uploads.nextPieces(stream, MIB, 0));
  core.received(download, frame(FrameType.WINDOW, [2, 102]), 10);
  core.received(download, frame(FrameType.PONG, [stream.probe]), 10);
  return { ...session, stream };
}

/** Lets a living server answer what a stream asks, if it does. @param {ReturnType<typeof streaming>} session */
function liveOn({ core, download, stream }, until = 0, answers = true) {
  let arrived = stream.ranges[0].to;
  for (let now = 11; now <= until && core.isWanted(stream); now += 1_000) {
    core.received(download, frame(FrameType.PING, [1]), now);
    core.timeIs(now);
    const pieces = core.uploads.nextPieces(stream, MIB, now);
    arrived = Math.max(arrived, ...stream.ranges.map(({ to }) => to));
    const pings = [...new FrameDecoder().decode(Buffer.concat(pieces ?? []))].filter(
      ({ type }) => type === FrameType.PING,
    );
    if (answers && pings.length > 0) {
      core.received(download, frame(FrameType.WINDOW, [arrived, 100 + arrived]), now);
      core.received(download, frame(FrameType.PONG, [pings[0].fields[0]]), now);
    }
  }
}

test('a streaming POST with a few bytes in it, which the server need not confirm, is not treated as held', () => {
  const session = streaming();
  session.core.write(Buffer.from('c'));
  liveOn(session, 20 * HEARTBEAT);
  assert.ok(session.core.isWanted(session.stream) && session.core.uploads.mayStream);
});

test('what a streaming POST carries besides bytes is sent by another within five heartbeats if it is held', () => {
  const session = streaming();
  liveOn(session, 4 * HEARTBEAT + 1_000, false);
  assert.ok(!session.core.isWanted(session.stream));
});

test('a socket takes the place of a download only with the ticket of that one', () => {
  const { core, download } = attached();
  const hello = (/** @type {number} */ ticket) =>
    Buffer.concat([frame(FrameType.HELLO, [HEARTBEAT, RESUME_TIMEOUT], 16), Buffer.alloc(16, ticket)]);
  core.received(download, hello(1), 0);
  assert.ok(core.downloads.mayMove);
  core.received(download, frame(FrameType.ROTATE, []), 0);
  core.downloads.attach(1);
  const next = core.openDownload(2);
  assert.ok(!core.downloads.mayMove, 'the first ticket is no longer good');
  core.received(next, hello(2), 3);
  assert.ok(core.downloads.mayMove);
  assert.deepEqual(core.downloads.ticket, new Uint8Array(16).fill(2));
});

test('a socket that has been idle for long and is left stays until a request has taken its place', () => {
  const { core, download } = attached();
  core.received(download, hello(0), 0);
  core.downloads.attach(0, true);
  const socket = core.openDownload(0);
  const part = core.uploads.openSocket(0);
  assert.ok(core.uploads.nextPieces(part, MIB, 0));
  core.received(socket, hello(0), 0);
  core.received(socket, frame(FrameType.PONG, [part.probe]), 0);
  const now = 20 * HEARTBEAT;
  core.leaveSocket(now);
  core.timeIs(now);
  assert.ok(part.mustEnd && core.isWanted(part) && core.downloads.mustAttach(now));
});

test('a streaming POST that has ended and is never answered is given up', () => {
  const { core, download, stream } = streaming();
  core.received(download, frame(FrameType.ROTATE, []), 1_000);
  assert.ok(stream.mustEnd && core.isWanted(stream));
  for (let now = 2_000; now < 1_000 + 3 * HEARTBEAT; now += 1_000) {
    core.received(download, frame(FrameType.PONG, [0]), now);
    core.timeIs(now);
  }
  assert.ok(core.isWanted(stream));
  core.timeIs(1_000 + 3 * HEARTBEAT);
  assert.ok(!core.isWanted(stream));
});

test('a poll that tries another way counts when it brings something; until then, and if it fails, polls go on', () => {
  const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5 }, 0);
  const download = core.openDownload(0, true);
  core.received(download, hello(), 0);
  core.downloadEnded(download, 1, true);
  const trial = core.downloads.attach(1, false, true);
  assert.equal(trial.wait, 0);
  const held = core.openDownload(2);
  core.timeIs(3_000);
  assert.ok(core.isWanted(held));
  core.timeIs(3_001);
  assert.ok(!core.isWanted(held) && core.downloads.isAttached && core.downloads.mustAttach(3_001));
  const poll = core.downloads.attach(3_001);
  assert.equal(poll.wait, HEARTBEAT);
});

test('a PONG that answers a PING of the page before is not treated as the answer to one of the page after', () => {
  const { core: before } = attached();
  const old = before.uploads.openStream(1);
  before.write(Buffer.from('ab'));
  before.uploads.nextPieces(old, MIB, 1);
  const options = { initialWindow: 100, maxWindow: 400, random: () => 0.5, kept: before.suspend(), attempts: 1 };
  const core = new ResumableSession(options, 2);
  const download = core.openDownload(2);
  core.received(download, hello(), 2);
  const stream = core.uploads.openStream(2);
  core.received(download, frame(FrameType.PONG, [old.probe]), 3);
  assert.equal(core.uploads.mayStream, true);
  core.timeIs(2 + 3_000);
  assert.equal(core.uploads.mayStream, false);
  assert.equal(core.isWanted(stream), false);
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
