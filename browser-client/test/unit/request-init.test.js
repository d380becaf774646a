import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  chunkRequest,
  destroyRequest,
  downloadRequest,
  endRequest,
  framesRequest,
  openingRequest,
  resumingRequest,
  streamingRequest,
  wayOf,
} from '../../src/request-init.js';
import { test } from '../support/time-limits.js';

const ID = 'some-id';

test('each kind of upload is the POST that the protocol says', () => {
  const body = Uint8Array.of(1);
  const stream = new ReadableStream();
  const common = { 'http2-duplex-id': ID, 'content-type': 'application/octet-stream' };
  const post = { method: 'POST' };
  assert.deepEqual(chunkRequest({}, ID, body), { ...post, headers: common, body });
  assert.deepEqual(streamingRequest({}, ID, stream), {
    ...post,
    headers: { ...common, 'http2-duplex-single': 'true' },
    body: stream,
    duplex: 'half',
  });
  const ended = { ...common, 'http2-duplex-end': 'true' };
  assert.deepEqual(endRequest({}, ID), { ...post, headers: ended, body: undefined });
  assert.deepEqual(destroyRequest({}, ID), {
    ...post,
    headers: { ...ended, 'http2-duplex-destroyed': 'true' },
    body: undefined,
    keepalive: true,
  });
});

test('the opening is a GET that no cache may answer', () => {
  assert.deepEqual(downloadRequest({}), { method: 'GET', cache: 'no-store', headers: {}, body: undefined });
});

/** @type {[string, HeadersInit][]} */
const forms = [
  ['a plain object', { 'X-Token': 'secret' }],
  ['Headers', new Headers({ 'X-Token': 'secret' })],
  ['an array of pairs', [['X-Token', 'secret']]],
];
for (const [form, headers] of forms) {
  test(`the application's headers, given as ${form}, go with every request`, () => {
    const init = { headers };
    for (const request of [
      downloadRequest(init),
      chunkRequest(init, ID, Uint8Array.of(1)),
      streamingRequest(init, ID, new ReadableStream()),
      endRequest(init, ID),
      destroyRequest(init, ID),
    ]) {
      assert.equal(new Headers(request.headers).get('x-token'), 'secret');
    }
  });
}

test('README names every header field that a server of another origin must allow', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const paragraph = readme.match(/^Any other server[^]*?\n\n/m)?.[0] ?? '';
  const named = [...paragraph.split('must\nexpose')[0].matchAll(/`([\w-]+)`/g)].map(([, name]) =>
    name.replace(/^-/, 'http2-duplex-'),
  );
  const attach = { number: 1, offset: 2, limit: 3, wait: 4 };
  const requests = [
    openingRequest({}, 'typed', attach, 'secret'),
    resumingRequest({}, 'polling', attach, ID),
    framesRequest({}, ID, Uint8Array.of(1)),
  ];
  const sent = new Set(requests.flatMap(({ headers }) => [...new Headers(headers).keys()]));
  sent.delete('accept'); // any page may send it
  assert.deepEqual(named.sort(), [...sent].sort());
});

test('how a download travels is told by its answer', () => {
  const way = (/** @type {Record<string, string>} */ headers) => wayOf(new Response('', { headers }));
  assert.equal(way({ 'content-type': 'application/octet-stream' }), 'streaming');
  assert.equal(way({ 'content-type': 'text/event-stream' }), 'typed');
  assert.equal(way({ 'content-type': 'text/event-stream; charset=utf-8' }), 'typed', 'something on the way adds that');
  assert.equal(way({ 'content-type': 'text/event-stream', 'http2-duplex-poll': '0' }), 'polling');
});

test('headers are read again for each request, so that a token can be renewed', () => {
  const headers = new Headers({ authorization: 'old' });
  const init = { headers };
  downloadRequest(init);
  headers.set('authorization', 'new');
  assert.equal(new Headers(endRequest(init, ID).headers).get('authorization'), 'new');
});

test('the application may choose credentials, cache and Content-Type, but not what the protocol needs', () => {
  const init = {
    credentials: /** @type {const} */ ('include'),
    cache: /** @type {const} */ ('reload'),
    method: 'PUT',
    body: 'mine',
    headers: { 'Content-Type': 'text/event-stream', 'HTTP2-Duplex-Id': 'mine' },
  };
  const { credentials, cache, method, headers, body } = endRequest(init, ID);
  assert.deepEqual(
    { credentials, cache, method, body },
    {
      credentials: 'include',
      cache: 'reload',
      method: 'POST',
      body: undefined,
    },
  );
  assert.equal(new Headers(headers).get('content-type'), 'text/event-stream');
  assert.equal(new Headers(headers).get('http2-duplex-id'), ID);
  assert.equal(downloadRequest(init).method, 'GET');
});
