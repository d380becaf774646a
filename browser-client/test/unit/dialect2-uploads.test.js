// Uploads of dialect 2: what the simulation can't see, since nothing is lost by it: when they go, and how often.
import assert from 'node:assert/strict';
import { Comparison } from '../../src/dialect2/core/comparison.js';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder } from '../../src/dialect2/core/frames.js';
import { HEARTBEAT, RESUME_TIMEOUT, MIB, hello, attached, data, framesOf } from '../support/attached-session.js';
import { test } from '../support/time-limits.js';

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

test('uploads that are lost each time with a silent server count, without its last silence', () => {
  const session = attached();
  const { core } = session;
  core.write(Buffer.from('ab'));
  let now = 0;
  for (let heard = 0; heard <= RESUME_TIMEOUT; heard += HEARTBEAT) {
    assert.ok(!core.isClosed, `at ${now}`);
    assert.ok(core.uploads.nextBody(MIB, now));
    now += HEARTBEAT;
    core.received(session.download, frame(FrameType.PONG, [0]), now);
    now += 0.75 * RESUME_TIMEOUT;
    core.timeIs(now);
    if (!core.isClosed) {
      assert.ok(!core.downloads.isAttached);
      core.downloads.attach(now);
      session.download = core.openDownload(now);
      core.received(session.download, hello(), now);
    }
  }
  assert.equal(core.failure?.reason, 'No upload could be sent in time');
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
 * @returns {{ core: import('../../src/dialect2/core/session.js').ResumableSession, stream: any, posts: number }} `posts`: how many went beside the stream
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

test('a streaming body whose probe the end overtakes comes to its end, and is not aborted', () => {
  const { core, download } = attached();
  core.end();
  const stream = core.uploads.openStream(1);
  assert.ok(core.uploads.nextPieces(stream, MIB, 1));
  core.received(download, Buffer.concat([frame(FrameType.WINDOW, [1, 100]), frame(FrameType.END, [0])]), 2);
  core.downloadEnded(download, 2);
  assert.ok(core.isClosed && stream.mustEnd && core.isWanted(stream));
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

test('no more POSTs are under way than a server must accept, except the last frame', () => {
  const { core, download } = attached();
  let tokens = 0;
  const post = () => {
    core.received(download, frame(FrameType.PING, [++tokens]), 1);
    return core.uploads.nextBody(MIB, 1);
  };
  const parts = Array.from({ length: 16 }, post);
  assert.ok(parts[0] && parts[15]);
  assert.equal(core.uploads.carrying, 0);
  core.write(Buffer.from('ab'));
  core.end();
  assert.equal(post(), null);
  core.uploadTaken(parts[0], 1);
  assert.deepEqual(typesOf(post()), [FrameType.WINDOW, FrameType.PONG, FrameType.PONG, FrameType.DATA, FrameType.END]);
  assert.equal(core.uploads.carrying, 1);
  core.received(download, Buffer.concat([frame(FrameType.WINDOW, [3, 100]), frame(FrameType.END, [0])]), 1);
  assert.ok(core.isClosed);
  assert.deepEqual(typesOf(core.uploads.nextBody(MIB, 1)), [FrameType.WINDOW]);
});

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

test('a stream that must end is given up when its PING is not answered, whatever is sent in the next one', () => {
  const { core, download } = attached();
  const ended = core.uploads.openStream(0);
  core.uploads.nextPieces(ended, MIB, 0);
  core.received(download, frame(FrameType.PONG, [ended.probe]), 0);
  core.received(download, frame(FrameType.PING, [1]), 0);
  core.uploads.nextPieces(ended, MIB, 0);
  assert.ok(ended.probe);
  core.received(download, frame(FrameType.ROTATE, []), 0);
  let next = ended;
  for (let now = 0; now < 3 * HEARTBEAT; now += 1_000) {
    core.timeIs(now);
    assert.ok(core.isWanted(ended), `at ${now}`);
    next = core.isWanted(next) && next !== ended ? next : core.uploads.openStream(now);
    core.received(download, frame(FrameType.PING, [1]), now);
    core.uploads.nextPieces(next, MIB, now);
    core.received(download, frame(FrameType.PONG, [next.probe]), now);
  }
  core.timeIs(3 * HEARTBEAT);
  assert.ok(!core.isWanted(ended) && core.isWanted(next));
});

test('a socket gives a stream whose PING was not answered no more time', () => {
  const { core } = attached();
  const stream = core.uploads.openStream(0);
  core.uploads.nextPieces(stream, MIB, 0);
  core.uploads.openSocket(2_000);
  core.timeIs(3_000);
  assert.ok(!core.isWanted(stream));
});

test('a PING of a stream is late after 100 ms, and slower if a POST takes 100 ms and a third less', () => {
  const comparison = new Comparison();
  comparison.streamed(100);
  assert.equal(comparison.isDue, false);
  for (const [took, post, isSlower] of /** @type {[number, number, boolean][]} */ ([
    [101, 1, false],
    [102, 1, true],
    [250, 150, false],
    [251, 150, true],
    [600, 400, false],
    [601, 400, true],
  ])) {
    comparison.streamed(took);
    assert.equal(comparison.isDue, true);
    comparison.posted(7, 1_000);
    assert.equal(comparison.isDue, false);
    assert.equal(comparison.answered(7, 1_000 + post), isSlower, `${took} ms and ${post} ms`);
  }
});

/** @param {Parameters<typeof framesOf>[0]} part */
const typesOf = (part) => framesOf(part).map(({ type }) => type);

/** @param {ReturnType<typeof attached>['core']} core @param {import('../../src/dialect2/core/part.js').Part} part @param {number} now */
const typesOfPieces = (core, part, now) =>
  typesOf({ bytes: Buffer.concat(core.uploads.nextPieces(part, MIB, now) ?? []) });

test('what goes by a socket goes by no POST, until the socket must end', () => {
  const { core } = attached();
  assert.equal(core.uploads.isOnSocket, false);
  const socket = core.uploads.openSocket(1);
  assert.equal(core.uploads.isOnSocket, true);
  core.write(Buffer.from('ab'));
  assert.equal(core.uploads.wantsStream(1), false);
  assert.equal(core.uploads.nextBody(MIB, 1), null);
  core.uploads.endStream(1);
  assert.ok(socket.mustEnd && !core.uploads.isOnSocket);
  assert.deepEqual(typesOf(core.uploads.nextBody(MIB, 1)), [FrameType.DATA]);
});

test('a stream begins with something to send, while the session is attached and open, and not in a pause', () => {
  const { core, download } = attached();
  assert.equal(core.uploads.wantsStream(1), false);
  core.write(Buffer.from('ab'));
  assert.equal(core.uploads.wantsStream(1), true);
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  assert.equal(core.uploads.wantsStream(1), false);
  core.uploadLost(part, 1, 5_000);
  assert.equal(core.uploads.wantsStream(5_000), false);
  core.timeIs(5_001);
  assert.equal(core.uploads.wantsStream(5_001), true);
  core.downloadEnded(download, 5_001);
  assert.equal(core.uploads.wantsStream(5_001), false);
  const { core: closed } = attached();
  closed.write(Buffer.from('ab'));
  closed.reset(300, 'enough');
  assert.equal(closed.uploads.wantsStream(1), false);
});

test('a stream sends six PINGs one after the other, then one a heartbeat, and none without anything before it', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  assert.deepEqual(typesOfPieces(core, stream, 1), [FrameType.PING]);
  const pings = [];
  for (let i = 0; i < 10; i++) {
    core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
    core.write(Buffer.from('a'));
    pings.push(typesOfPieces(core, stream, 1).filter((type) => type === FrameType.PING).length);
  }
  assert.deepEqual(pings, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  core.timeIs(HEARTBEAT + 1);
  assert.deepEqual(typesOfPieces(core, stream, HEARTBEAT + 1), [FrameType.PING]);
});

test('a PING that goes behind the bytes of a stream asks for no other until more is carried', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
  core.write(Buffer.from('a'));
  assert.deepEqual(typesOfPieces(core, stream, 1), [FrameType.DATA, FrameType.PING]);
  core.received(download, frame(FrameType.PONG, [stream.probe]), HEARTBEAT);
  core.timeIs(HEARTBEAT + 1);
  // A sign of life, and the PING that is due with it.
  assert.deepEqual(typesOfPieces(core, stream, HEARTBEAT + 1), [FrameType.WINDOW, FrameType.PING]);
});

test('a PING that goes alone, the first or a later one, is followed by no other, however long the stream is idle', () => {
  const { core, download } = attached();
  core.received(download, hello(0), 0);
  const stream = core.uploads.openStream(1);
  const sent = (/** @type {number} */ now) => {
    core.timeIs(now);
    const types = typesOfPieces(core, stream, now);
    core.received(download, frame(FrameType.PONG, [stream.probe]), now);
    return types;
  };
  assert.deepEqual(sent(1), [FrameType.PING]);
  assert.deepEqual(sent(15_001), []);
  core.write(Buffer.from('a'));
  assert.deepEqual(sent(20_000), [FrameType.DATA, FrameType.PING]);
  core.write(new Uint8Array(8));
  assert.deepEqual(sent(20_001), [FrameType.DATA, FrameType.PING]);
  for (let i = 0; i < 3; i++) {
    core.write(Buffer.from('b'));
    sent(20_002 + i);
  }
  core.write(Buffer.from('c'));
  assert.deepEqual(sent(20_005), [FrameType.DATA]);
  // What it has carried asks for one.
  assert.deepEqual(sent(40_000), [FrameType.PING]);
  for (let now = 41_000; now < 200_000; now += 1_000) {
    assert.deepEqual(sent(now), []);
  }
});

test('a late PING behind less than 4 KiB is compared with that of a POST', () => {
  for (const [size, isCompared] of /** @type {[number, boolean][]} */ ([
    [4_095, true],
    [4_096, false],
  ])) {
    const { core, download } = attached({ initialWindow: 10_000 });
    core.received(download, frame(FrameType.WINDOW, [0, 10_000]), 0);
    const stream = core.uploads.openStream(1);
    core.uploads.nextPieces(stream, MIB, 1);
    core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
    core.write(new Uint8Array(size));
    assert.deepEqual(typesOfPieces(core, stream, 1), [FrameType.DATA, FrameType.PING]);
    core.received(download, frame(FrameType.PONG, [stream.probe]), 102);
    assert.equal(core.uploads.wantsPost, isCompared);
  }
});

test('WINDOW and PONGs of a part that is lost are sent again, the last 16 of them', () => {
  const { core, download } = attached();
  core.received(download, Buffer.concat([data(0, 'x'.repeat(60)), frame(FrameType.PING, [7])]), 1);
  core.read();
  const part = core.uploads.nextBody(MIB, 1);
  assert.deepEqual(typesOf(part), [FrameType.WINDOW, FrameType.PONG]);
  assert.equal(core.uploads.nextBody(MIB, 1), null);
  core.uploadLost(/** @type {NonNullable<typeof part>} */ (part), 1);
  const again = core.uploads.nextBody(MIB, 1);
  assert.deepEqual(typesOf(again), [FrameType.WINDOW, FrameType.PONG]);
  assert.deepEqual(framesOf(again)[1].fields, [7]);

  const stream = core.uploads.openStream(2);
  core.uploads.nextPieces(stream, MIB, 2);
  for (let token = 10; token < 30; token++) {
    core.received(download, frame(FrameType.PING, [token]), 2);
    assert.deepEqual(typesOfPieces(core, stream, 2), [FrameType.WINDOW, FrameType.PONG]);
  }
  assert.deepEqual(
    stream.pongs,
    [...Array(16)].map((_, i) => 14 + i),
  );
});

test('a WINDOW that was lost without PONGs is sent again', () => {
  const { core, download } = attached();
  core.received(download, data(0, 'x'.repeat(60)), 1);
  core.read();
  const part = core.uploads.nextBody(MIB, 1);
  assert.deepEqual(typesOf(part), [FrameType.WINDOW]);
  core.uploadLost(/** @type {NonNullable<typeof part>} */ (part), 1);
  assert.deepEqual(typesOf(core.uploads.nextBody(MIB, 1)), [FrameType.WINDOW]);
});

test('where only what was read is confirmed, WINDOW tells no more, and halves follow for a server that has asked', () => {
  for (const isAsked of [true, false]) {
    const { core, download } = attached({ initialWindow: 1_000, confirmsRead: true });
    core.received(download, Buffer.concat([data(0, 'x'.repeat(50)), data(50, 'x'.repeat(50))]), 1);
    if (isAsked) {
      core.received(download, frame(FrameType.PING, [7]), 1);
    } else {
      core.timeIs(HEARTBEAT);
    }
    const now = isAsked ? 1 : HEARTBEAT;
    const [window] = framesOf(core.uploads.nextBody(MIB, now));
    assert.deepEqual([window.type, window.fields[0]], [FrameType.WINDOW, 0]);
    core.read();
    core.read();
    assert.equal(core.uploads.nextBody(MIB, now) !== null, isAsked);
  }
});

test('bytes of a stream are followed by a PING if the last is a heartbeat old', () => {
  for (const [now, expected] of /** @type {[number, number[]][]} */ ([
    [HEARTBEAT, [FrameType.DATA]],
    [HEARTBEAT + 1, [FrameType.DATA, FrameType.PING]],
  ])) {
    const { core, download } = attached();
    const stream = core.uploads.openStream(1);
    core.uploads.nextPieces(stream, MIB, 1);
    for (let i = 0; i < 5; i++) {
      core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
      core.write(Buffer.from('a'));
      assert.deepEqual(typesOfPieces(core, stream, 1), [FrameType.DATA, FrameType.PING]);
    }
    core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
    core.timeIs(now);
    core.write(Buffer.from('a'));
    assert.deepEqual(typesOfPieces(core, stream, now), expected);
  }
});

test('a part that was lost and is taken after all changes nothing', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.uploadLost(part, 1, 5_000);
  assert.equal(core.uploads.taken(part, 2), false);
  assert.equal(core.uploads.nextBody(MIB, 5_000), null);
});

test('a POST that is lost twice counts once, and says nothing about streaming', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  for (const now of [1, 2_000]) {
    const part = core.uploads.nextBody(MIB, now);
    assert.ok(part);
    core.uploadLost(part, now);
    core.uploadLost(part, now);
    core.timeIs(now + 125);
    assert.ok(core.uploads.wantsStream(now + 125) && core.uploads.mayStream);
  }
});

test('uploads have failed for too long when it is exactly the resume timeout', () => {
  const session = attached();
  session.core.write(Buffer.from('ab'));
  loseAll(session, 0, RESUME_TIMEOUT - 1_000);
  assert.ok(!session.core.isClosed);
  loseAll(session, RESUME_TIMEOUT, RESUME_TIMEOUT);
  assert.ok(session.core.isClosed);
});

/** @param {Parameters<typeof framesOf>[0]} part @returns {number} how many bytes of the application it carries */
const sizeOf = (part) => framesOf(part).reduce((size, { bytes }) => size + bytes.length, 0);

function large() {
  const session = attached({ initialWindow: 300_000 });
  session.core.received(session.download, frame(FrameType.WINDOW, [0, 300_000]), 0);
  return session;
}

test('bodies become smaller after one with bytes was held, down to 4 KiB, and larger after one was taken', () => {
  const { core } = large();
  core.write(new Uint8Array(200_000));
  let now = 1;
  const next = (/** @type {number} */ max) => {
    const part = core.uploads.nextBody(max, ++now);
    assert.ok(part);
    return part;
  };
  const lose = (/** @type {ReturnType<typeof next>} */ part) => {
    core.uploads.held(part);
    core.uploadLost(part, now);
    core.timeIs(now);
    core.retryNow();
  };
  const whole = next(MIB);
  assert.equal(sizeOf(whole), 200_000);
  lose(whole);
  lose(next(20_000));
  const smaller = next(MIB);
  assert.equal(sizeOf(smaller), Math.floor((20_000 + 12) / 4));
  lose(smaller);
  const smallest = next(MIB);
  assert.equal(sizeOf(smallest), 4_096);
  core.uploadTaken(smallest);
  assert.equal(sizeOf(next(MIB)), 8_192);
});

test('a body without bytes and a stream that were held say nothing about sizes', () => {
  const { core, download } = large();
  core.received(download, frame(FrameType.PING, [7]), 1);
  const pong = core.uploads.nextBody(MIB, 1);
  assert.ok(pong);
  core.uploads.held(pong);
  core.write(new Uint8Array(100));
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  core.uploads.held(stream);
  core.write(new Uint8Array(100_000));
  assert.equal(sizeOf(core.uploads.nextBody(MIB, 1)), 100_000);
});

test('when one body is lost, what others carry is not sent again', () => {
  const { core } = attached();
  core.write(Buffer.from('abcd'));
  const first = core.uploads.nextBody(1, 1);
  const second = core.uploads.nextBody(1, 1);
  assert.ok(first && second);
  core.uploadLost(first, 1);
  const again = framesOf(core.uploads.nextBody(1, 1));
  assert.deepEqual([again.length, again[0].fields, String(Buffer.from(again[0].bytes))], [1, [0], 'a']);
  assert.deepEqual(framesOf(core.uploads.nextBody(1, 1))[0].fields, [2]);
});

test('a question what has arrived is asked again when it is lost, and not when something else is', () => {
  const { core } = attached();
  core.write(new Uint8Array(100));
  const asks = core.uploads.nextBody(60, 1);
  assert.deepEqual(typesOf(asks), [FrameType.DATA, FrameType.PING]);
  const other = core.uploads.nextBody(40, 1);
  assert.deepEqual(typesOf(other), [FrameType.DATA]);
  core.uploadLost(/** @type {NonNullable<typeof other>} */ (other), 1);
  assert.deepEqual(typesOf(core.uploads.nextBody(40, 1)), [FrameType.DATA]);
  core.uploadLost(/** @type {NonNullable<typeof asks>} */ (asks), 1);
  core.timeIs(200);
  assert.deepEqual(typesOf(core.uploads.nextBody(60, 200)), [FrameType.DATA, FrameType.PING]);
});

test('when a server is treated as dead, what was under way is sent again', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1);
  assert.ok(part);
  core.uploads.loseAll(1, 1);
  assert.ok(!core.isWanted(part));
  assert.deepEqual(typesOf(core.uploads.nextBody(MIB, 1)), [FrameType.DATA]);
});

test('a WINDOW that confirms no more gives uploads that are lost no more time', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  for (let now = 0; now <= RESUME_TIMEOUT && !core.isClosed; now += 1_000) {
    core.received(download, frame(FrameType.WINDOW, [0, 100 + now]), now);
    core.timeIs(now);
    const part = core.uploads.nextBody(MIB, now);
    if (part) {
      core.uploadLost(part, now, 1_000);
    }
  }
  assert.ok(core.isClosed);
});

test('a stream that has broken is compared no more', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  core.uploadLost(stream, 2);
  core.received(download, frame(FrameType.PONG, [1]), 500);
  assert.equal(core.uploads.wantsPost, false);
});

test('a socket goes on when a POST before it is answered, and is no more when it is lost', () => {
  const { core } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1);
  const socket = core.uploads.openSocket(1);
  assert.ok(part);
  core.uploadTaken(part);
  assert.ok(core.uploads.isOnSocket);
  core.uploadLost(socket, 1);
  assert.ok(!core.uploads.isOnSocket);
});

test('what a socket has carried that another download replaces goes again when WINDOW tells what has arrived', () => {
  const { core, download } = attached();
  core.downloads.attach(0, true);
  const onSocket = core.openDownload(0);
  core.received(onSocket, hello(), 0);
  const socket = core.uploads.openSocket(1);
  core.write(Buffer.from('ab'));
  core.uploads.nextPieces(socket, MIB, 1);
  core.leaveSocket(2);
  core.downloads.attach(2);
  const next = core.openDownload(2);
  core.received(next, hello(), 2);
  assert.ok(socket.mustEnd && core.isWanted(socket) && !core.uploads.isOnSocket);
  assert.equal(core.uploads.nextBody(MIB, 2), null);
  core.received(next, frame(FrameType.WINDOW, [1, 100]), 3);
  assert.ok(!core.isWanted(socket));
  assert.equal(String(Buffer.from(framesOf(core.uploads.nextBody(MIB, 3))[0].bytes)), 'b');
  assert.ok(core.isWanted(download));
});

test('a socket that is replaced without being left must end, too', () => {
  const { core } = attached();
  const socket = core.uploads.openSocket(1);
  core.downloads.attach(2);
  core.received(core.openDownload(2), hello(), 2);
  assert.ok(socket.mustEnd && !core.uploads.isOnSocket);
});

test('of many PINGs the last 16 are answered', () => {
  const { core, download } = attached();
  for (let token = 1; token <= 20; token++) {
    core.received(download, frame(FrameType.PING, [token]), 1);
  }
  const [window, ...pongs] = framesOf(core.uploads.nextBody(MIB, 1));
  assert.equal(window.type, FrameType.WINDOW);
  assert.deepEqual(
    pongs.map(({ fields }) => fields[0]),
    [...Array(16)].map((_, i) => 5 + i),
  );
});

test('a question is answered by its own PONG alone', () => {
  const { core, download } = attached();
  core.write(new Uint8Array(100));
  const asks = core.uploads.nextBody(60, 1);
  const other = core.uploads.nextBody(40, 1);
  assert.deepEqual(typesOf(asks), [FrameType.DATA, FrameType.PING]);
  core.received(download, frame(FrameType.PONG, [999]), 1);
  core.uploadLost(/** @type {NonNullable<typeof other>} */ (other), 1);
  const again = core.uploads.nextBody(40, 1);
  assert.deepEqual(typesOf(again), [FrameType.DATA]);
  core.received(download, frame(FrameType.PONG, [framesOf(asks)[1].fields[0]]), 1);
  core.uploadLost(/** @type {NonNullable<typeof again>} */ (again), 1);
  core.timeIs(200);
  assert.deepEqual(typesOf(core.uploads.nextBody(40, 200)), [FrameType.DATA, FrameType.PING]);
});

test('a stream whose PING is under way gets no other when a POST is faster', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  core.received(download, frame(FrameType.PONG, [stream.probe]), 201);
  assert.ok(core.uploads.wantsPost);
  const [ping] = framesOf(core.uploads.nextBody(MIB, 201));
  core.write(Buffer.from('a'));
  assert.deepEqual(typesOfPieces(core, stream, 201), [FrameType.DATA, FrameType.PING]);
  core.received(download, frame(FrameType.PONG, [ping.fields[0]]), 202);
  assert.equal(core.uploads.nextPieces(stream, MIB, 202), null);
});

test('the time without a download does not count for uploads that are lost', () => {
  const session = attached();
  const { core } = session;
  core.write(Buffer.from('ab'));
  loseAll(session, 0, 9_000);
  core.downloadEnded(session.download, 10_000);
  core.downloads.attach(10_000);
  session.download = core.openDownload(20_000);
  core.received(session.download, hello(), 20_000);
  loseAll(session, 20_000, 39_000);
  assert.ok(!core.isClosed);
  loseAll(session, 40_000, 45_000);
  assert.equal(core.failure?.number, 4);
});

test('a break counts unless the download breaks within a second of it', () => {
  for (const [lostAt, mayStream] of /** @type {[number, boolean][]} */ ([
    [2_000, true],
    [2_001, false],
  ])) {
    const session = attached();
    const { core } = session;
    breakStream(session, 1_000);
    core.downloadEnded(session.download, lostAt);
    core.downloads.attach(lostAt);
    session.download = core.openDownload(lostAt);
    core.received(session.download, hello(), lostAt);
    core.retryNow();
    breakStream(session, 10_000);
    core.uploads.wantsStream(10_000);
    assert.equal(core.uploads.mayStream, mayStream);
  }
});

test('a stream whose PING was not answered is lost with the download, one whose PING was is not', () => {
  for (const isAnswered of [false, true]) {
    const { core, download } = attached();
    const stream = core.uploads.openStream(1);
    core.uploads.nextPieces(stream, MIB, 1);
    if (isAnswered) {
      core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
    }
    core.downloadEnded(download, 2);
    assert.equal(core.isWanted(stream), isAnswered);
    assert.equal(core.uploads.mayStream, true);
  }
});

test('when a session is reset its sockets carry nothing more, and the RESET goes by a request', () => {
  for (const isLeft of [false, true]) {
    const { core } = attached();
    const socket = core.uploads.openSocket(1);
    if (isLeft) {
      core.downloads.attach(2);
      core.received(core.openDownload(2), hello(), 2);
    }
    assert.ok(core.isWanted(socket));
    core.reset(300, 'enough');
    assert.ok(!core.isWanted(socket));
    const part = core.uploads.nextBody(MIB, 3);
    assert.deepEqual(typesOf(part), [FrameType.RESET]);
    core.uploadTaken(/** @type {NonNullable<typeof part>} */ (part));
    assert.ok(core.isFinished);
  }
});

test('a stream that has nothing to be answered is not treated as held, however long it is quiet', () => {
  const { core, download } = attached();
  const stream = core.uploads.openStream(1);
  core.uploads.nextPieces(stream, MIB, 1);
  core.received(download, frame(FrameType.PONG, [stream.probe]), 1);
  for (let now = 10_000; now <= 5 * HEARTBEAT; now += 10_000) {
    core.received(download, frame(FrameType.PONG, [0]), now);
    core.timeIs(now);
    assert.ok(core.isWanted(stream));
  }
});

test('when a session on a socket has ended, its last frame goes by a request', () => {
  const { core, download } = attached();
  const socket = core.uploads.openSocket(1);
  core.end();
  core.uploads.nextPieces(socket, MIB, 1);
  core.received(download, Buffer.concat([frame(FrameType.END, [0]), frame(FrameType.WINDOW, [1, 100])]), 1);
  assert.ok(core.isClosed && !core.failure && !core.isWanted(socket));
  assert.deepEqual(typesOf(core.uploads.nextBody(MIB, 1)), [FrameType.WINDOW]);
});

for (const sleep of [30_000, 59_000]) {
  for (const first of ['the upload', 'the download', 'the timer', 'what the server had sent']) {
    test(`a computer that sleeps for ${sleep / 1_000} s after an upload was lost goes on when it wakes, ${first} first`, () => {
      const { core, download } = attached();
      core.write(Buffer.from('ab'));
      const part = core.uploads.nextBody(MIB, 1_000);
      assert.ok(part);
      core.uploadLost(part, 1_000);
      const again = core.uploads.nextBody(MIB, 2_000);
      assert.ok(again);
      const now = 2_000 + sleep;
      if (first === 'the timer') {
        core.timeIs(now);
      } else if (first === 'what the server had sent') {
        core.received(download, frame(FrameType.PING, [1]), now);
      } else if (first === 'the upload') {
        core.uploadLost(again, now);
      }
      core.downloadEnded(download, now);
      core.uploadLost(again, now);
      assert.equal(core.failure, undefined);
      core.timeIs(now + 1_000);
      assert.ok(core.downloads.mustAttach(now + 1_000));
      core.downloads.attach(now + 1_000);
      const next = core.openDownload(now + 1_000);
      core.received(next, hello(), now + 1_000);
      // Nor does the sleep count for what is lost afterwards.
      const third = core.uploads.nextBody(MIB, now + 1_000);
      assert.ok(third);
      core.uploadLost(third, now + 1_500);
      assert.equal(core.failure, undefined);
    });
  }
}

test('a computer that sleeps while another download is asked for goes on when that is here first', () => {
  const { core, download } = attached();
  core.write(Buffer.from('ab'));
  const part = core.uploads.nextBody(MIB, 1_000);
  assert.ok(part);
  core.uploadLost(part, 1_000);
  core.received(download, frame(FrameType.ROTATE, []), 1_500);
  core.downloads.attach(1_500);
  const again = core.uploads.nextBody(MIB, 2_000);
  assert.ok(again);
  core.openDownload(60_000);
  core.uploadLost(again, 60_000);
  assert.equal(core.failure, undefined);
});

test('a stream whose first PING was not answered in time since the page was frozen shows nothing about streaming', () => {
  for (const [now, mayStream] of /** @type {const} */ ([
    [3_001, false],
    [60_000, true],
  ])) {
    const { core } = attached();
    core.write(Buffer.from('ab'));
    const stream = core.uploads.openStream(1);
    assert.ok(core.uploads.nextPieces(stream, MIB, 1));
    core.timeIs(now);
    assert.ok(!core.isWanted(stream));
    assert.equal(core.uploads.mayStream, mayStream);
  }
});

test('a server without heartbeats may be silent, which is no sleep', () => {
  const { core, download } = attached();
  core.received(download, hello(0), 0);
  core.write(Buffer.from('ab'));
  for (const now of [1_000, 1_000 + RESUME_TIMEOUT]) {
    const part = core.uploads.nextBody(MIB, now);
    assert.ok(part && !core.failure);
    core.uploadLost(part, now);
  }
  assert.equal(core.failure?.number, 4);
});
