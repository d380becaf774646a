// The ways down: which one follows another, and what is remembered of it.
import assert from 'node:assert/strict';
import { firstWay, loadWays, mayStream, streamNoMore, triesFirst } from '../../src/dialect2/fetch/load-ways.js';
import { climb, wayAfter } from '../../src/dialect2/fetch/ways.js';
import { settingsOf } from '../../src/options.js';
import { test } from '../support/time-limits.js';

/** @typedef {import('../../src/options.js').DownloadMode} DownloadMode */

let count = 0;
/** @param {DownloadMode[]} [download_modes] @returns {import('../../src/options.js').Settings} for an origin of its own */
const settings = (download_modes) => settingsOf(`https://test${++count}.example/`, { download_modes }, 0);

test('downloads that are lost three times at a similar age are left for the next way, which is remembered', async () => {
  const choice = settings();
  const lives = [16_100];
  assert.equal(wayAfter(choice, 'streaming', lives), 'streaming');
  lives.push(15_900);
  assert.equal(wayAfter(choice, 'streaming', lives), 'streaming');
  lives.push(16_000);
  assert.equal(wayAfter(choice, 'streaming', lives), 'typed');
  assert.deepEqual(lives, []);
  await loadWays();
  assert.equal(firstWay(choice), 'typed');
  assert.equal(firstWay(settings()), 'streaming', 'another origin');
});

test('downloads that are lost at any age, or after a long life, keep their way', () => {
  for (const lives of [
    [1_000, 16_000, 16_000],
    [16_000, 16_000, 9_000],
    [60_000, 60_000, 60_000],
  ]) {
    assert.equal(wayAfter(settings(), 'streaming', lives), 'streaming');
  }
});

test('only the last three losses count', () => {
  const lives = [1_000, 16_000, 16_000, 16_000];
  assert.equal(wayAfter(settings(), 'typed', lives), 'polling');
});

test('a download that brings nothing is left for the next way at once, the last one for the first', async () => {
  const choice = settings();
  assert.equal(wayAfter(choice, 'streaming', [0]), 'typed');
  assert.equal(wayAfter(choice, 'polling', [20_000, 0]), 'streaming');
  await loadWays();
  assert.equal(firstWay(choice), 'streaming', 'the network may be at fault: nothing is remembered');
});

test('no other way is tried once the session is there', async () => {
  /** @type {any} */
  const opening = { way: 'streaming', hasOpened: true, session: Promise.resolve('session') };
  assert.equal(await climb(settings(), [opening], () => assert.fail('It was tried')), 'session');
});

test('of a body that another opening has overtaken only so much is read ahead', async () => {
  /** @type {any} */
  const opening = { way: 'streaming', session: new Promise(() => {}) };
  const typed = { way: 'typed', session: Promise.resolve() };
  await climb(settings(), [opening], () => Object.assign(opening, typed));
  /** @type {Uint8Array[]} */
  const ahead = [];
  let reads = 0;
  const body = {
    // There is no task between them, in which a slow machine's timer could end it first.
    read: async () => ({ done: false, value: reads++ < 1_000 ? new Uint8Array(100_000) : undefined }),
  };
  const reader = { readAhead: (/** @type {any} */ read) => read(body, ahead) };
  assert.equal(await opening.isUseless(reader, 'streaming'), false);
  assert.equal(ahead.length, 51);
});

test('a way that the application forbids is never taken', () => {
  const lives = [16_000, 16_000, 16_000];
  assert.equal(wayAfter(settings(['streaming']), 'streaming', lives), 'streaming');
  assert.equal(wayAfter(settings(['streaming', 'polling']), 'streaming', lives), 'polling');
  assert.equal(wayAfter(settings(['typed']), 'typed', [0]), 'typed');
});

test('an origin to which streaming POSTs do not work is remembered for ten minutes', async (t) => {
  const choice = settings();
  assert.ok(mayStream(choice));
  await streamNoMore(choice);
  assert.ok(!mayStream(choice));
  assert.ok(mayStream(settings()), 'another origin');
  const later = performance.now() + 600_001;
  t.mock.method(performance, 'now', () => later);
  assert.ok(mayStream(choice));
});

test('the option must name ways', () => {
  assert.throws(() => settings([]), /The option download_modes must be some of streaming,typed,polling/);
  assert.throws(() => settings(/** @type {any} */ (['websocket'])), RangeError);
});

test('a session that has left its first way tries it again after 10 minutes, and then after twice as long each time', async (t) => {
  await loadWays();
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const choice = settings();
  const past = { lives: [] };
  assert.ok(!triesFirst(choice, 'polling', past), 'it was just left');
  for (const minutes of [10, 20, 40, 80, 160, 160]) {
    now += 60_000 * minutes - 1;
    assert.ok(!triesFirst(choice, 'polling', past) && !triesFirst(choice, 'streaming', past));
    now++;
    assert.ok(triesFirst(choice, 'polling', past), `after ${minutes} minutes`);
    assert.ok(!triesFirst(choice, 'polling', past), 'once');
  }
});
