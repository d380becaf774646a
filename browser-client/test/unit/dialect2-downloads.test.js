// Downloads of dialect 2: what the simulation can't see, since nothing is lost by it: when they go, and how often.
import assert from 'node:assert/strict';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { HEARTBEAT, RESUME_TIMEOUT, MIB, hello, attached, framesOf, data } from '../support/attached-session.js';
import { test } from '../support/time-limits.js';

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

/**
 * @param {(core: ResumableSession, download: any, now: number) => void} use what becomes of each download
 * @param {boolean} [isPoll]
 * @returns {number} how many GETs there are within 10 seconds
 */
function requestsIn10Seconds(use, isPoll = false) {
  const { core, download } = attached();
  use(core, download, 0);
  let requests = 0;
  for (let now = 0; now < 10_000; now += 5) {
    core.timeIs(now);
    if (core.downloads.mustAttach(now)) {
      core.downloads.attach(now);
      requests++;
      const next = core.openDownload(now, isPoll);
      core.received(next, hello(), now);
      core.received(next, frame(FrameType.WINDOW, [0, 100]), now);
      use(core, next, now);
    }
  }
  return requests;
}

test('a server that wants each download replaced at once is asked seldom, and each goes on meanwhile', () => {
  const pings = [1, 2, 3].map((token) => frame(FrameType.PING, [token]));
  const requests = requestsIn10Seconds((core, download, now) => {
    for (const next of [...pings, frame(FrameType.ROTATE, [])]) {
      core.received(download, next, now);
    }
    assert.ok(core.downloads.isAttached);
  });
  assert.ok(requests > 3 && requests < 15, `${requests} requests`);
});

test('downloads that end at once are followed by few others, whatever frames they begin with', () => {
  const requests = requestsIn10Seconds((core, download, now) => {
    for (const token of [1, 2, 3]) {
      core.received(download, frame(FrameType.PING, [token]), now);
    }
    core.downloadEnded(download, now, true);
  });
  assert.ok(requests > 3 && requests < 15, `${requests} requests`);
});

test('polls that bring nothing but frames about the connection follow each other 50 times a second at most', () => {
  const requests = requestsIn10Seconds((core, download, now) => {
    core.received(download, frame(FrameType.PING, [1]), now);
    core.received(download, frame(FrameType.ROTATE, []), now);
    core.downloadEnded(download, now, true);
  }, true);
  assert.ok(requests > 100 && requests <= 505, `${requests} requests`);
});

test('a download that must be replaced is replaced within half a heartbeat, in which the server may end it', () => {
  for (const heartbeat of [2_000, 6_000, HEARTBEAT, 0]) {
    const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.999 }, 0);
    let longest = 0;
    let now = 0;
    for (let i = 0; i < 10; i++) {
      const download = core.openDownload(now);
      core.received(download, hello(heartbeat), now);
      core.received(download, frame(FrameType.ROTATE, []), now);
      const since = now;
      for (; !core.downloads.mustAttach(now); now++, core.timeIs(now));
      longest = Math.max(longest, now - since);
      core.downloads.attach(now);
    }
    const bound = Math.min(heartbeat / 2 || 5_000, 5_000);
    assert.ok(longest <= bound && longest > 0.9 * bound, `${longest} of ${heartbeat} ms`);
  }
});

test('a download that the server wants replaced after a second is replaced at once', () => {
  const { core, download } = attached();
  let current = download;
  for (let now = 1_000; now <= 10_000; now += 1_000) {
    core.received(current, frame(FrameType.ROTATE, []), now);
    assert.ok(core.downloads.mustAttach(now));
    core.downloads.attach(now);
    current = core.openDownload(now);
    core.received(current, hello(), now);
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

test('the time that is left until it must be resumed counts from the loss of the download', () => {
  const { core, download } = attached();
  assert.equal(core.downloads.timeLeft(5_000), RESUME_TIMEOUT);
  core.downloadEnded(download, 1_000);
  assert.equal(core.downloads.timeLeft(1_500), RESUME_TIMEOUT - 500);
});

test('a session that must resume within less than ten seconds tries nothing', () => {
  assert.equal(attached({ resumeTimeout: 10_000 }).core.downloads.mayTry, true);
  assert.equal(attached({ resumeTimeout: 9_999 }).core.downloads.mayTry, false);
});

test('what has no socket has none to leave', () => {
  const { core, download } = attached();
  assert.equal(core.downloads.isOnSocket, false);
  assert.equal(core.downloads.leaveSocket(), false);
  core.downloadEnded(download, 1);
  assert.equal(core.downloads.isOnSocket, false);
  assert.equal(core.downloads.leaveSocket(), false);
});

test('an attempt that was given up may fail without harm to the next', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  const first = core.downloads.attach(1);
  core.timeIs(first.until);
  assert.ok(!core.isWanted(first));
  const second = core.downloads.attach(first.until);
  core.downloads.attachFailed(first, first.until + 1);
  assert.ok(core.isWanted(second) && !core.downloads.mustAttach(first.until + 1));
});

for (const [before, after] of [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
]) {
  const kinds = [before, after].map((isPoll) => (isPoll ? 'poll' : 'stream'));
  test(`a ${kinds[1]} after a ${kinds[0]} ${before && after ? 'leaves' : 'ends'} the pause of uploads`, () => {
    const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5 }, 0);
    const download = core.openDownload(0, before);
    core.received(download, Buffer.concat([hello(), frame(FrameType.WINDOW, [0, 100])]), 0);
    core.write(Buffer.from('ab'));
    const part = core.uploads.nextBody(MIB, 1);
    assert.ok(part);
    core.uploadLost(part, 1, 5_000);
    core.received(download, before ? Buffer.of() : frame(FrameType.ROTATE, []), 1);
    core.downloadEnded(download, 1, true);
    core.downloads.attach(1);
    core.received(core.openDownload(1, after), hello(), 1);
    assert.equal(core.uploads.nextBody(MIB, 2) === null, before && after);
  });
}

test('uploads learn for how long there was no download', () => {
  const { core, download } = attached();
  const away = /** @type {number[]} */ ([]);
  core.downloads.onattached = (time) => away.push(time);
  core.received(download, frame(FrameType.ROTATE, []), 900);
  core.downloads.attach(900);
  const next = core.openDownload(900);
  core.received(next, hello(), 900);
  core.downloadEnded(next, 1_000);
  core.downloads.attach(1_200);
  core.received(core.openDownload(1_400), hello(), 1_500);
  assert.deepEqual(away, [0, 500]);
});

test('what comes of a download that was given up is dropped', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  core.received(download, data(0, 'a'), 2);
  assert.equal(core.read(), null);
});

test('a download works once it has brought more than what each begins with: the next loss is the first again', () => {
  const { core, download } = attached();
  const first = [hello(), frame(FrameType.WINDOW, [0, 100]), frame(FrameType.DRAIN, [])];
  core.downloadEnded(download, 0);
  assert.ok(core.downloads.mustAttach(0));
  for (const [more, pause] of /** @type {[boolean, number][]} */ ([
    [false, 125],
    [false, 375],
    [true, 0],
    [false, 125],
  ])) {
    const now = 3_000 * core.downloads.attempts;
    core.timeIs(now);
    core.downloads.attach(now);
    const next = core.openDownload(now);
    core.received(next, Buffer.concat(first), now);
    const end = now + 1_000; // of one that is younger it does not count what comes, unless it is new
    core.received(next, more ? frame(FrameType.PONG, [0]) : Buffer.of(), end);
    core.downloadEnded(next, end);
    assert.equal(core.downloads.mustAttach(end), pause === 0);
    assert.equal(core.downloads.mustAttach(end + pause - 1), pause === 0);
    assert.ok(core.downloads.mustAttach(end + pause));
  }
});

test('a ticket is whole, of the current download, and of a session that has time for a trial', () => {
  const greeting = (/** @type {number} */ ticket, size = 16) =>
    Buffer.concat([frame(FrameType.HELLO, [HEARTBEAT, RESUME_TIMEOUT], size), Buffer.alloc(size, ticket)]);
  const { core, download } = attached();
  core.received(download, greeting(1, 15), 0);
  assert.ok(!core.downloads.mayMove);
  core.received(download, greeting(1, 17), 0);
  assert.deepEqual(core.downloads.ticket, new Uint8Array(16).fill(1));
  core.received(download, frame(FrameType.ROTATE, []), 0);
  core.downloads.attach(1);
  const next = core.openDownload(2);
  core.received(next, greeting(2), 3);
  core.received(download, greeting(3), 4);
  assert.deepEqual(core.downloads.ticket, new Uint8Array(16).fill(2));
  const { core: hasty, download: brief } = attached({ resumeTimeout: 9_999 });
  hasty.received(brief, greeting(1), 0);
  assert.ok(!hasty.downloads.mayMove);
});

test('an attempt confirms everything that is here, read or not', () => {
  const { core, download } = attached({ confirmsRead: true });
  core.received(download, data(0, 'ab'), 1);
  core.downloadEnded(download, 2);
  const { offset, limit } = core.downloads.attach(2);
  assert.deepEqual([offset, limit], [2, 100]);
});

test('a download that ends before its first frame is an attempt that has failed', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  const attempt = core.downloads.attach(1);
  const next = core.openDownload(1);
  assert.equal(core.downloadEnded(next, 1), false);
  assert.ok(!core.isWanted(attempt) && !core.isWanted(next));
  core.timeIs(1_000);
  assert.ok(core.downloads.mustAttach(1_000));
});

test('a poll may end cleanly, a stream only if another is to take its place, and neither may be cut', () => {
  for (const [isPoll, isRotated, isWhole, isLoss] of [
    [true, false, true, false],
    [true, false, false, true],
    [false, false, true, true],
    [false, false, false, true],
    [false, true, true, false],
    [false, true, false, true],
  ]) {
    const core = new ResumableSession({ initialWindow: 100, maxWindow: 400, random: () => 0.5 }, 0);
    const download = core.openDownload(0, isPoll);
    core.received(download, hello(), 0);
    if (isRotated) {
      core.received(download, frame(FrameType.ROTATE, []), 1);
      core.downloads.attach(1);
    }
    assert.equal(core.downloadEnded(download, 2, isWhole), isLoss);
    assert.equal(core.downloads.isAttached, !isLoss);
  }
});

test('an attempt is wanted no more after a failure, unless it may have taken the place of the download', () => {
  for (const isRotation of [false, true]) {
    const { core, download } = attached();
    if (isRotation) {
      core.received(download, frame(FrameType.ROTATE, []), 1);
    } else {
      core.downloadEnded(download, 1);
    }
    const attempt = core.downloads.attach(1);
    core.reset(300, 'enough');
    assert.equal(core.isWanted(attempt), isRotation);
  }
});

test('a download that is answered after a failure attaches nothing', () => {
  const { core, download } = attached();
  core.downloadEnded(download, 1);
  core.downloads.attach(1);
  const next = core.openDownload(1);
  core.reset(300, 'enough');
  core.downloads.onattached = () => assert.fail('it is closed');
  core.received(next, hello(), 2);
  assert.ok(!core.downloads.isAttached);
});
