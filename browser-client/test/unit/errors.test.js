import assert from 'node:assert/strict';
import { problemOf } from '../../src/problem.js';
import { readFile } from 'node:fs/promises';
import { codeOfRefusedOpening, codeOfRefusedUpload } from '../../src/codes.js';
import { DuplexError, ErrorCode, ResponseError } from '../../src/errors.js';
import { test } from '../support/time-limits.js';

test('the error codes are those of docs/protocol.md', async () => {
  const text = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const table = text.match(/<!-- error-codes -->([^]*?)<!-- \/error-codes -->/)?.[1];
  assert.ok(table, 'docs/protocol.md has a table between <!-- error-codes --> and <!-- /error-codes -->');
  const rows = [...table.matchAll(/^\|\s*(\d+)[^|]*\|\s*`?([A-Z_]+)`?\s*\|/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, number, name]) => [name, Number(number)])), { ...ErrorCode });
});

test('a DuplexError tells its code, message and cause', () => {
  const cause = new TypeError('network');
  const error = new DuplexError('CONNECTION_LOST', 'lost', { cause });
  assert.ok(error instanceof Error);
  assert.deepEqual(
    [error.name, error.code, error.message, error.cause],
    ['DuplexError', 'CONNECTION_LOST', 'lost', cause],
  );
});

test('an error from an AbortSignal has the name that the web gives it', () => {
  assert.equal(new DuplexError('ABORTED', 'aborted').name, 'AbortError');
});

test('a ResponseError says the status text, or the status where there is none, as in http2-duplex 6.x', () => {
  assert.equal(new ResponseError(new Response('', { status: 418 })).message, '418');
  const response = new Response('', { status: 418, statusText: 'teapot' });
  const error = new ResponseError(response);
  assert.equal(error.message, 'teapot');
  assert.equal(error.response, response);
});

/** @param {unknown} body @param {Record<string, string>} [headers] */
const refusal = (body, headers) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status: 503,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });

test("a ResponseError says what the server's problem says, and its body can still be read", async () => {
  const detail = 'maxSessions is 2, and 2 duplexes are open. Try later.';
  const error = new ResponseError(refusal({ title: 'Too many', detail }));
  await error.init();
  assert.equal(error.message, `503: ${detail}`);
  assert.equal((await error.response.json()).detail, detail);
});

test('a problem whose body goes on behind 64 KiB is none, although what has come of it can be read', async () => {
  const problem = '{"type":"urn:http2-duplex:problem:overloaded"}';
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode((pulls++ ? '' : problem).padEnd(4096)));
    },
  });
  const response = new Response(body, { headers: { 'content-type': 'application/problem+json' } });
  assert.equal(await problemOf(response), undefined);
  assert.ok(pulls < 20, String(pulls));
  assert.equal((await problemOf(refusal(problem.padEnd(65_536))))?.type, 'urn:http2-duplex:problem:overloaded');
});

test('what a ResponseError says of a problem is one line, without control characters, and not long', async () => {
  const said = async (/** @type {string} */ detail) => {
    const error = new ResponseError(refusal({ detail }));
    await error.init();
    return error.message;
  };
  assert.equal(await said('\u001b[31mred\r\n\u202Ened'), '503: [31mred ned');
  assert.equal((await said('x'.repeat(60_000))).length, 1_005);
});

test('a ResponseError says the title of a problem without a detail, and nothing of what is no problem', async () => {
  for (const [response, message] of /** @type {const} */ ([
    [refusal({ title: 'Too many' }), '503: Too many'],
    [refusal({}), '503'],
    [refusal(null), '503'],
    [refusal('not JSON'), '503'],
    [refusal({ title: 'Too many' }, { 'content-type': 'application/json' }), '503'],
    [refusal('<h1>', { 'content-type': 'text/html' }), '503'],
    [new Response(null, { status: 503 }), '503'],
  ])) {
    const error = new ResponseError(response);
    await error.init();
    assert.equal(error.message, message);
  }
});

test('a ResponseError tells how long the server asks to wait, if it says so in seconds', () => {
  const waits = (/** @type {string} */ value) => new ResponseError(refusal('', { 'retry-after': value })).retry_after;
  assert.equal(waits('2'), 2_000);
  assert.equal(waits('0'), undefined);
  assert.deepEqual(['-5', '0x10', 'Infinity', '1e9', '2.5'].map(waits), Array(5).fill(undefined));
  assert.equal(waits('Wed, 21 Oct 2026 07:28:00 GMT'), undefined);
  assert.equal(new ResponseError(new Response('')).retry_after, undefined);
});

test('the status of a refused upload tells its code', () => {
  const codes = [400, 404, 410, 413, 429, 500, 503].map(codeOfRefusedUpload);
  assert.deepEqual(codes, [
    'REFUSED',
    'UNKNOWN_SESSION',
    'UNKNOWN_SESSION',
    'TOO_LARGE',
    'OVERLOADED',
    'REFUSED',
    'OVERLOADED',
  ]);
});

test('an opening knows no session yet: 404 is a plain refusal', () => {
  assert.deepEqual([403, 404, 429, 503].map(codeOfRefusedOpening), ['REFUSED', 'REFUSED', 'OVERLOADED', 'OVERLOADED']);
});

test('a problem has members of the right type alone', async () => {
  const of = (/** @type {object} */ members) => problemOf(refusal(members));
  const none = { type: '', title: '', detail: '', number: undefined, reason: '' };
  const type = 'urn:http2-duplex:problem:unknown-session';
  assert.deepEqual(await of({ type: [type], title: 1, detail: {}, number: '1', reason: 5 }), none);
  assert.deepEqual(await of({ type, number: 65_535, reason: 'a\nb' }), {
    ...none,
    type,
    number: 65_535,
    reason: 'a\nb',
  });
  assert.equal((await of({ number: -1 }))?.number, undefined);
});

test('a problem without an end is none, and is not read on', async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(pulled++ ? 0x20 : 0x7b)),
  });
  const response = new Response(endless, { status: 429, headers: { 'content-type': 'application/problem+json' } });
  assert.equal(await problemOf(response), undefined);
  assert.ok(pulled < 100);
});
