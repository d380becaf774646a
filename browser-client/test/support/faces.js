import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { connect, make } from '../../src/index.js';
import { awaited } from './time-limits.js';

/**
 * What the tests need of a duplex, whatever its face.
 *
 * @typedef {object} Client
 * @property {string} id
 * @property {() => string} mode
 * @property {() => string} downloadMode
 * @property {(bytes: Uint8Array) => Promise<void>} write settles with the write itself
 * @property {() => Promise<void>} end settles when the server has taken everything
 * @property {() => Promise<Uint8Array | null>} read the next bytes; null at the end
 * @property {(reason?: Error) => void} destroy
 * @property {(number: number, reason?: string) => void} reset
 * @property {import('../../src/session.js').Resumed} [resumed]
 * @property {any} [notResumed]
 * @property {string[]} events the names of those that tell of its connection
 * @property {(name: 'attached' | 'detached' | 'draining') => Promise<void>} next resolves with the next event of that name
 * @property {Promise<(Error & { code?: string })[]>} errors that the application got, when the duplex is closed
 */

/**
 * @typedef {object} Face
 * @property {string} name
 * @property {(url: string, options: import('../../src/duplex.js').MakeOptions) => Promise<Client>} open
 */

/**
 * @param {(name: string, listener: () => void) => void} listen
 * @returns {Pick<Client, 'events' | 'next'>}
 */
function eventsOf(listen) {
  /** @type {string[]} */
  const events = [];
  /** @type {{ name: string, resolve: () => void }[]} */
  let waiting = [];
  for (const name of ['attached', 'detached', 'draining']) {
    listen(name, () => {
      events.push(name);
      waiting.filter((waits) => waits.name === name).forEach(({ resolve }) => resolve());
      waiting = waiting.filter((waits) => waits.name !== name);
    });
  }
  const next = (/** @type {string} */ name) =>
    awaited(new Promise((resolve) => waiting.push({ name, resolve: () => resolve(undefined) })), `the event ${name}`);
  return { events, next };
}

/** @type {Face} */
const nodeFace = {
  name: 'Node Duplex',
  async open(url, options) {
    const duplex = await make(url, options);
    // Every read and every end that waits listens for the error.
    duplex.setMaxListeners(0);
    /** @type {Error[]} */
    const errors = [];
    duplex.on('error', (error) => errors.push(error));
    const ended = new Promise((resolve) => duplex.once('end', () => resolve(null)));
    const closed = new Promise((resolve) => duplex.once('close', resolve));
    return {
      id: duplex.id,
      resumed: duplex.resumed,
      notResumed: duplex.notResumed,
      mode: () => duplex.uploadMode,
      downloadMode: () => duplex.downloadMode,
      write: (bytes) =>
        new Promise((resolve, reject) => duplex.write(bytes, (error) => (error ? reject(error) : resolve()))),
      end: () =>
        new Promise((resolve, reject) => {
          duplex.once('error', reject).once('finish', resolve);
          duplex.end();
        }),
      read: async () => {
        for (;;) {
          const bytes = duplex.read();
          if (bytes) {
            return bytes;
          }
          const readable = new Promise((resolve, reject) => {
            duplex.once('readable', () => resolve(undefined)).once('error', reject);
          });
          if ((await Promise.race([readable, ended])) === null) {
            return null;
          }
        }
      },
      destroy: (reason) => duplex.destroy(reason),
      reset: (number, reason) => duplex.reset(number, reason),
      ...eventsOf((name, listener) => duplex.on(name, listener)),
      get errors() {
        return awaited(closed, 'the duplex is closed').then(async () => {
          await setImmediate();
          return errors;
        });
      },
    };
  },
};

/** @type {Face} */
const webFace = {
  name: 'Web Streams',
  async open(url, options) {
    const duplex = await connect(url, /** @type {any} */ (options));
    const reader = duplex.readable.getReader();
    const writer = duplex.writable.getWriter();
    writer.closed.catch(() => {});
    reader.closed.catch(() => {});
    const closed = duplex.closed.then(
      () => [],
      (error) => [error],
    );
    return {
      id: duplex.id,
      resumed: duplex.resumed,
      notResumed: duplex.notResumed,
      mode: () => duplex.uploadMode,
      downloadMode: () => duplex.downloadMode,
      write: (bytes) => writer.write(bytes),
      end: () => writer.close(),
      read: async () => (await reader.read()).value ?? null,
      destroy: (reason) => void writer.abort(reason),
      reset: (number, reason) => duplex.reset(number, reason),
      ...eventsOf((name, listener) => duplex.addEventListener(name, listener)),
      get errors() {
        return awaited(closed, 'the duplex is closed');
      },
    };
  },
};

export const faces = [nodeFace, webFace];

export const modes = [
  { mode: 'streaming', options: {} },
  { mode: 'post', options: { disable_request_streaming: true } },
];

/**
 * @param {Client} client
 * @returns {Promise<Uint8Array[]>} everything until the end
 */
export async function readAll(client) {
  const chunks = [];
  for (let bytes = await client.read(); bytes; bytes = await client.read()) {
    chunks.push(bytes);
  }
  return chunks;
}

/** @param {Client} client @returns {Promise<string>} the next bytes as text */
export async function textOf(client) {
  return Buffer.from((await client.read()) ?? []).toString();
}

/** @param {Client} client @param {string} code @returns {Promise<any>} its only error, which has that code */
export async function failsOnce(client, code) {
  const errors = await client.errors;
  assert.deepEqual(
    errors.map((error) => error.code),
    [code],
  );
  return errors[0];
}

/** @param {Promise<unknown>} promise that must fail @returns {Promise<any>} its error */
export function failureOf(promise) {
  return promise.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  );
}
