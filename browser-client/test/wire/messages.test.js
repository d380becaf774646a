// Messages on both faces, over a real duplex: docs/protocol.md, "Messages", and the vectors that Java runs too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe } from 'node:test';
import { connect, FetchDuplex, make } from '../../src/index.js';
import { json, messages } from '../../src/messages.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { failureOf } from '../support/faces.js';
import { randomOf } from '../support/random.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

/** @typedef {string | { repeat: string, count: number }} Run */

/** @type {{ streams: any[], json: { messages: any[], unreadable: any[] } }} */
const vectors = JSON.parse(readFileSync(new URL('../../../docs/message-vectors.json', import.meta.url), 'utf8'));

const NUMBERS = { 'too-long': 65280, unreadable: 65281, cut: 65282 };

const bytes = {
  decode: (/** @type {Uint8Array<ArrayBuffer>} */ payload) => payload,
  encode: (/** @type {Uint8Array} */ message) => message,
};

/**
 * @param {Run | Run[]} notation
 * @returns {Buffer}
 */
function bytesOf(notation) {
  if (Array.isArray(notation)) {
    return Buffer.concat(notation.map(bytesOf));
  }
  return typeof notation === 'string'
    ? Buffer.from(notation, 'hex')
    : Buffer.alloc(notation.count, Buffer.from(notation.repeat, 'hex'));
}

/** @param {string | Uint8Array} payload */
function frameOf(payload) {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/**
 * @template T
 * @param {ReadableStreamDefaultReader<T>} reader
 * @returns {Promise<{ read: T[], error?: any }>} everything until the end or the failure
 */
async function readAll(reader) {
  const read = [];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      read.push(next.value);
    }
    return { read };
  } catch (error) {
    return { read, error };
  }
}

/** @param {Buffer} all */
function* cuts(all) {
  yield [all];
  if (all.length < 100) {
    yield Array.from(all, (_, i) => all.subarray(i, i + 1));
  }
  const random = randomOf(all.length);
  const pieces = [];
  for (let at = 0; at < all.length;) {
    const size = Math.ceil((all.length / 3) ** random());
    pieces.push(all.subarray(at, at + size));
    at += size;
  }
  yield pieces;
}

for (const [face, open] of /** @type {const} */ ([
  ['Node Duplex', make],
  ['Web Streams', connect],
])) {
  describe(`messages, ${face}`, () => {
    /** @type {Dialect2Server} */
    let server;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
    });
    afterEach(() => server.close());

    /**
     * @template In, Out
     * @param {import('../../src/messages.js').MessageCodec<In, Out>} [codec]
     */
    const opened = async (codec) => {
      const duplex = await open(server.url, { fetch: server.fetch, disable_request_streaming: true });
      const { readable, writable } = messages(duplex, codec);
      return { duplex, reader: readable.getReader(), writer: writable.getWriter(), peer: await server.duplex() };
    };

    for (const { name, bytes: stream, messages: expected, then, maxLength } of vectors.streams) {
      test(`received: ${name}`, async () => {
        for (const pieces of cuts(bytesOf(stream))) {
          await server.close();
          server = await new Dialect2Server().listen();
          const { reader, writer, peer } = await opened({ ...bytes, ...(maxLength && { max_length: maxLength }) });
          writer.closed.catch(() => {});
          pieces.forEach((piece) => peer.write(piece));
          if (then !== 'too-long') {
            peer.end();
          }
          const { read, error } = await readAll(reader);
          assert.deepEqual(read.map(Buffer.from), expected.map(bytesOf));
          if (then === 'end') {
            assert.equal(error, undefined);
            await writer.close();
          } else {
            assert.equal(error.code, 'APPLICATION');
            assert.equal(error.number, NUMBERS[/** @type {'cut'} */ (then)]);
            await peer.until(() => peer.isClosed);
            assert.equal(peer.error?.number, error.number);
          }
        }
      });

      if (then === 'end') {
        test(`sent: ${name}`, async () => {
          const { writer, peer, reader } = await opened({ ...bytes, ...(maxLength && { max_length: maxLength }) });
          for (const message of expected) {
            await writer.write(bytesOf(message));
          }
          await writer.close();
          await peer.until(() => peer.atEnd);
          assert.deepEqual(Buffer.concat(peer.received), bytesOf(stream));
          peer.end();
          assert.deepEqual(await readAll(reader), { read: [] });
        });
      }
    }

    test('JSON is the default, and is written as the vectors have it', async () => {
      const { writer, reader, peer } = await opened();
      peer.onread = (read) => peer.write(read);
      for (const { message, frame } of vectors.json.messages) {
        await writer.write(message);
        assert.deepEqual((await reader.read()).value, message);
        await peer.until(() => Buffer.concat(peer.received).toString('hex').endsWith(frame));
      }
      await writer.close();
      peer.end();
      assert.deepEqual(await readAll(reader), { read: [] });
    });

    for (const { name, payload } of vectors.json.unreadable) {
      test(`unreadable, so that the duplex is reset: ${name}`, async () => {
        const { writer, reader, peer } = await opened();
        writer.closed.catch(() => {});
        peer.write(Buffer.concat([frameOf('1'), frameOf(bytesOf(payload)), frameOf('2')]));
        const { read, error } = await readAll(reader);
        assert.deepEqual(read, [1]);
        assert.equal(error.number, NUMBERS.unreadable);
        assert.ok(error.cause);
        await peer.until(() => peer.isClosed);
        assert.equal(peer.error?.number, NUMBERS.unreadable);
      });
    }

    test('an unreadable message is skipped if somebody is told of it', async () => {
      /** @type {unknown[]} */
      const told = [];
      const { writer, reader, peer } = await opened({
        unreadable: (error, payload) => told.push(error, Buffer.from(payload).toString()),
      });
      peer.write(Buffer.concat([frameOf('1'), frameOf('{'), frameOf('2')]));
      peer.end();
      assert.deepEqual(await readAll(reader), { read: [1, 2] });
      assert.ok(told[0] instanceof SyntaxError);
      assert.deepEqual(told.slice(1), ['{']);
      await writer.close();
    });

    test('what the one who is told of an unreadable message throws resets the duplex', async () => {
      const bug = new Error('a bug of the page');
      const { writer, reader, peer } = await opened({
        unreadable: () => {
          throw bug;
        },
      });
      writer.closed.catch(() => {});
      peer.write(frameOf('{'));
      const error = await failureOf(reader.read());
      assert.equal(error.number, NUMBERS.unreadable);
      assert.equal(error.cause, bug);
      await peer.until(() => peer.isClosed);
      assert.equal(peer.error?.number, NUMBERS.unreadable);
    });

    test('what is no codec is refused at once', async () => {
      for (const wrong of [
        { decode: 1 },
        { encode: 'json' },
        { unreadable: null },
        { max_length: 'long' },
        { max_length: null },
      ]) {
        const duplex = await open(server.url, { fetch: server.fetch, disable_request_streaming: true });
        assert.throws(() => messages(duplex, /** @type {any} */ (wrong)), /must be functions, and max_length a number/);
        if ('closed' in duplex && duplex.closed instanceof Promise) {
          duplex.reset(300);
        } else {
          /** @type {import('../../src/duplex.js').FetchDuplex} */ (duplex).destroy();
        }
      }
    });

    test('what encode gives must be bytes', async () => {
      for (const encode of [() => 'text', async () => 'text', () => new ArrayBuffer(1), () => [1], () => {}]) {
        const { writer, reader, peer } = await opened({ encode: /** @type {any} */ (encode) });
        const error = await failureOf(writer.write(1));
        assert.ok(error instanceof TypeError);
        assert.match(error.message, /must give a Uint8Array/);
        await failureOf(reader.read());
        await peer.until(() => peer.isClosed);
        assert.equal(peer.text(), '');
      }
    });

    test('a schema validates in decode', async () => {
      /** @type {import('../../src/messages.js').MessageCodec<{ text: string }, { text: string }>} */
      const chat = {
        decode: (payload) => {
          const { text } = json.decode(payload);
          if (typeof text !== 'string') {
            throw new TypeError('text must be a string');
          }
          return { text };
        },
      };
      const { writer, reader, peer } = await opened(chat);
      writer.closed.catch(() => {});
      peer.write(Buffer.concat([frameOf('{"text":"a","more":1}'), frameOf('{"text":1}')]));
      assert.deepEqual((await reader.read()).value, { text: 'a' });
      const error = await failureOf(reader.read());
      assert.equal(error.cause.message, 'text must be a string');
    });

    test('a codec may give promises, in sequence, and one that rejects is as one that throws', async () => {
      /** @type {unknown[]} */
      const told = [];
      const later = () => new Promise((resolve) => setImmediate(resolve));
      const { writer, reader, peer } = await opened({
        decode: async (payload) => {
          await later();
          return json.decode(payload);
        },
        encode: async (/** @type {unknown} */ message) => {
          await later();
          return json.encode(message);
        },
        unreadable: async (error) => {
          await later();
          if (told.push(error) > 1) {
            throw error;
          }
        },
      });
      writer.closed.catch(() => {});
      await Promise.all([writer.write(1), writer.write(2)]);
      await peer.until(() => peer.text() === '\0\0\0\x011\0\0\0\x012');
      peer.write(Buffer.concat(['3', '{', '4', '{'].map(frameOf)));
      assert.deepEqual([(await reader.read()).value, (await reader.read()).value], [3, 4]);
      assert.equal((await failureOf(reader.read())).number, NUMBERS.unreadable);
      assert.equal(told.length, 2);
      await peer.until(() => peer.isClosed);
      assert.equal(peer.error?.number, NUMBERS.unreadable);
    });

    test('a duplex has messages once: two readers would each get a part of them', async () => {
      const { duplex, reader, peer } = await opened();
      assert.throws(() => messages(duplex), /^TypeError: messages\(\) was called with this duplex before/);
      peer.write(frameOf('1'));
      assert.equal((await reader.read()).value, 1);
      duplex.reset(300);
      await failureOf(reader.read());
    });

    test('what destroys the duplex itself ends its messages', async () => {
      const { duplex, reader, writer } = await opened();
      if (duplex instanceof FetchDuplex) {
        duplex.destroy();
      } else {
        duplex.reset(300);
      }
      const closed = await failureOf(writer.closed);
      assert.equal(closed.code, duplex instanceof FetchDuplex ? 'CANCELLED' : 'APPLICATION');
      await failureOf(reader.read());
      await failureOf(writer.write(1));
    });

    test('a message that is too long to be sent destroys the duplex, and nothing of it is sent', async () => {
      const { writer, reader, peer } = await opened({ max_length: 10 });
      await writer.write('12345678');
      const error = await failureOf(writer.write('123456789'));
      assert.ok(error instanceof RangeError);
      await failureOf(reader.read());
      await peer.until(() => peer.isClosed);
    });

    test('the server reads on when this side has ended, and ends its own later', async () => {
      const { writer, reader, peer } = await opened();
      peer.write(frameOf('"bye"'));
      peer.end();
      assert.deepEqual(await readAll(reader), { read: ['bye'] });
      await writer.write('still here');
      await writer.close();
      await peer.until(() => peer.atEnd);
      assert.equal(peer.text(), frameOf('"still here"').toString());
    });

    test('a failure of the duplex comes out of both streams', async () => {
      const { writer, reader, peer } = await opened();
      const closed = failureOf(writer.closed);
      peer.reset(300, 'enough');
      assert.equal((await failureOf(reader.read())).number, 300);
      assert.equal((await closed).number, 300);
    });

    test('cancelling and aborting destroy the duplex', async () => {
      const { writer, reader, peer } = await opened();
      writer.closed.catch(() => {});
      await reader.cancel(new Error('enough'));
      await peer.until(() => peer.isClosed);
      assert.ok(peer.error);
    });

    test('cancelling destroys the duplex when this side has ended', async () => {
      const { writer, reader, peer } = await opened();
      await writer.close();
      await reader.cancel(new Error('enough'));
      await peer.until(() => peer.isClosed);
      assert.ok(peer.error);
    });

    for (const reason of [undefined, new Error('enough')]) {
      test(`aborting ${reason ? 'with' : 'without'} a reason destroys the duplex while a write waits for the server, and no end is read`, async () => {
        const { writer, reader, peer } = await opened();
        writer.closed.catch(() => {});
        peer.reads = false;
        peer.write(frameOf('12345').subarray(0, 6));
        const reading = failureOf(reader.read());
        const writing = failureOf(writer.write('x'.repeat(1_000_000)));
        await server.settled();
        await writer.abort(reason);
        await peer.until(() => peer.isClosed);
        assert.equal(peer.error?.number, 1);
        await Promise.all([reading, writing]);
      });
    }

    test('what JSON has no text for is null, as in an array', async () => {
      const { writer, reader, peer } = await opened();
      peer.onread = (read) => peer.write(read);
      for (const message of [undefined, () => {}, Symbol('none'), { toJSON() {} }]) {
        await writer.write(message);
        assert.equal((await reader.read()).value, null);
      }
      await reader.cancel();
    });

    test('ten thousand small messages come in sequence', async () => {
      const { writer, reader, peer } = await opened();
      peer.onread = (read) => peer.write(read);
      const count = 10_000;
      void (async () => {
        for (let i = 0; i < count; i++) {
          await writer.write(i);
        }
        await writer.close();
        peer.end();
      })();
      const { read } = await readAll(reader);
      assert.deepEqual(
        read,
        Array.from({ length: count }, (_, i) => i),
      );
    });
  });
}
