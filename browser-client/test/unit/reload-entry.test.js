// What is kept of a session as text: it comes back as it was, and nothing else is taken for it.
import assert from 'node:assert/strict';
import { sessionIn, textOf, untilOf } from '../../src/survive-reload/entry.js';
import { randomChunks, randomOf } from '../support/random.js';
import { test } from '../support/time-limits.js';

/** @param {number} up @param {number} down how many bytes */
function session(up, down) {
  const [upload, download] = [up, down].map((size) => Buffer.concat(randomChunks(randomOf(size + 1), size)));
  return {
    ...{ asked: 'https://host/ü?a', url: 'https://host/é', id: 'id"', way: /** @type {const} */ ('typed') },
    ...{ until: 1_000, attempts: 7, lastToken: 3 },
    sending: { arrived: 10, written: 10 + up, unsent: 10, limit: 100, isOpen: false, bytes: new Uint8Array(upload) },
    receiving: { read: 5, to: 5 + down, end: -1, limit: 99, bytes: new Uint8Array(download) },
  };
}

for (const [up, down] of [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [100_001, 4],
]) {
  test(`${up} bytes up and ${down} down come back as they were`, () => {
    assert.deepEqual(sessionIn(textOf(session(up, down))), session(up, down));
    assert.equal(untilOf(textOf(session(up, down))), 1_000);
  });
}

test('every pair of bytes fits into one character, and the rest into 200', () => {
  assert.ok(textOf(session(100_000, 0)).length < 50_200);
});

test('what is no entry, is cut or was changed is not taken for one', () => {
  const whole = textOf(session(100, 100));
  const change = (/** @type {(line: any[]) => void} */ how) => {
    const line = JSON.parse(whole.slice(0, whole.indexOf('\n')));
    how(line);
    return JSON.stringify(line) + whole.slice(whole.indexOf('\n'));
  };
  const wrong = {
    empty: '',
    'no line': 'abc',
    'not JSON': '{\n',
    'no array': '{}\n',
    null: 'null\n',
    'cut in its bytes': whole.slice(0, -1),
    'cut in its line': whole.slice(0, 20),
    'more than its bytes': `${whole}x`,
    'of another version': change((line) => (line[0] = 2)),
    'no id': change((line) => (line[4] = null)),
    'an id that is no header field': change((line) => (line[4] = 'a\r\nb')),
    'an address that is none': change((line) => (line[3] = ':::')),
    'an address of another host': change((line) => (line[3] = 'https://evil/ü?a')),
    'an address with a password': change((line) => (line[3] = 'https://a:b@host/')),
    'of another way': change((line) => (line[5] = 'carrier pigeon')),
    'a number that is none': change((line) => (line[6] = '1')),
    'a number that is not whole': change((line) => (line[7] = 0.5)),
    'a negative offset': change((line) => (line[8][1] = -1)),
    'no directions': change((line) => line.splice(8)),
    'fewer bytes than its offsets say': change((line) => line[8][1]++),
    'more bytes than its offsets say': change((line) => line[9][1]--),
  };
  assert.equal(untilOf('[1]\n'), 0);
  assert.equal(untilOf('[1,"99999999999999"]\n'), 0);
  assert.ok(sessionIn(change(() => {})));
  for (const [what, text] of Object.entries(wrong)) {
    assert.equal(sessionIn(text), undefined, what);
  }
});
