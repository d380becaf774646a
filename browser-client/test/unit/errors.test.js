import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { codeOfRefusedOpening, codeOfRefusedUpload } from '../../src/protocol/codes.js';
import { DuplexError, ErrorCode, ResponseError } from '../../src/protocol/errors.js';

test('the error codes are those of PROTOCOL.md', async () => {
  const text = await readFile(new URL('../../../server/PROTOCOL.md', import.meta.url), 'utf8');
  const table = text.match(/<!-- error-codes -->([^]*?)<!-- \/error-codes -->/)?.[1];
  assert.ok(table, 'PROTOCOL.md has a table between <!-- error-codes --> and <!-- /error-codes -->');
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
