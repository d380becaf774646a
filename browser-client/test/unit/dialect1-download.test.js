import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Download } from '../../src/dialect1/download.js';
import { test } from '../support/time-limits.js';

/** @param {...number[]} chunks */
function bodyOf(...chunks) {
  let reads = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[reads++];
        if (chunk) {
          controller.enqueue(Uint8Array.from(chunk));
        } else {
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );
  return { body, reads: () => reads };
}

/** @param {Download} download */
async function all(download) {
  const read = [];
  for (let bytes = await download.read(); bytes; bytes = await download.read()) {
    read.push([...bytes]);
  }
  return read;
}

const never = () => assert.fail('the body did not break');

for (const [how, chunks] of /** @type {[string, number[][]][]} */ ([
  ['alone', [[9], [1, 2], [3]]],
  ['together with the first bytes', [[9, 1, 2], [3]]],
  ['after an empty chunk', [[], [9, 1, 2], [3]]],
])) {
  test(`the first byte is skipped when it comes ${how}`, async () => {
    assert.deepEqual(await all(new Download(bodyOf(...chunks).body.getReader(), never)), [[1, 2], [3]]);
  });
}

test('a body that ends before its first byte has ended', async () => {
  assert.deepEqual(await all(new Download(bodyOf().body.getReader(), never)), []);
});

test('one chunk is read ahead, and no more', async () => {
  const { body, reads } = bodyOf([9, 1], [2], [3]);
  const download = new Download(body.getReader(), never);
  await setImmediate();
  assert.equal(reads(), 1);
  await download.read();
  await setImmediate();
  assert.equal(reads(), 2);
});

test('a body that breaks is reported without a read, and to the read', async () => {
  /** @type {ReadableStreamDefaultController | undefined} */
  let controller;
  const body = new ReadableStream({ start: (given) => void (controller = given) });
  const cause = new TypeError('network error');
  const reported = new Promise((resolve) => {
    const download = new Download(body.getReader(), (lost) => resolve([download, lost]));
  });
  controller?.error(cause);
  const [download, lost] = await reported;
  assert.equal(lost, cause);
  await assert.rejects(download.read(), cause);
});
