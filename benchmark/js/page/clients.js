// The systems as the page sees them. A client's `open(path, onBytes, onFailure)` gives a stream with `write(bytes)`, which
// returns a promise if the next write had better wait for it, and `close()`, which releases it. If it has `carried()`, it is
// ready for being measured when that resolves.
import { atmosphere } from './atmosphere-client.js';
import { floor } from './floor.js';
import { guacamole } from './guacamole-client.js';
import { readAll, untilClosed } from './reading.js';

export const clients = {
  /** This project: the options are those of its client. */
  'web-streams': (options) => ours('/web-streams.js', options),

  /** This project, by WebSockets alone: a duplex is of use when it has moved to one, and must stay on it. */
  'websocket-carrier': (options) =>
    ours('/websocket-alone/web-streams.js', { ...options, websocket: 'at_once' }, onWebSocket),

  /** This project's other face: Node streams. */
  'node-streams': (options) => nodeStreams(async (path) => (await import('/index.js')).make(path, options)),

  'node-streams-websocket-carrier': (options) =>
    nodeStreams(
      async (path) => (await import('/websocket-alone/index.js')).make(path, { ...options, websocket: 'at_once' }),
      onWebSocket,
    ),

  /** npm http2-duplex. */
  'http2-duplex': ({ streaming }) =>
    nodeStreams(async (path) => {
      const { make } = await import('/http2-duplex.js');
      return make(path, { disable_request_streaming: !streaming });
    }),

  websocket: () => ({
    async open(path, onBytes, onFailure) {
      const failure = untilClosed(onFailure);
      const socket = new WebSocket(`wss://${location.host}${path}`);
      socket.binaryType = 'arraybuffer';
      socket.onmessage = ({ data }) => onBytes(new Uint8Array(data));
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onclose = () => reject(new Error('the WebSocket was closed'));
      });
      socket.onclose = () => failure.report(new Error('the WebSocket was closed'));
      return {
        write(bytes) {
          socket.send(bytes);
          return socket.bufferedAmount < WEBSOCKET_BUFFER ? undefined : drained(socket);
        },
        close() {
          failure.ignore();
          socket.close();
        },
      };
    },
  }),

  'engine.io': () => ({
    async open(path, onBytes, onFailure) {
      const { Socket } = await import('/engine.io.js');
      const failure = untilClosed(onFailure);
      const socket = new Socket(location.origin, { transports: ['polling'], query: { path } });
      socket.binaryType = 'arraybuffer';
      socket.on('message', (data) => onBytes(new Uint8Array(data)));
      await new Promise((resolve, reject) => {
        socket.on('open', resolve);
        socket.on('error', reject);
      });
      socket.on('close', (reason) => failure.report(new Error(`engine.io closed: ${reason}`)));
      socket.on('error', failure.report);
      let waiting = 0;
      socket.on('drain', () => (waiting = 0));
      return {
        write(bytes) {
          socket.send(bytes);
          waiting += Math.max(bytes.length, ENGINE_IO_MESSAGE);
          return waiting < ENGINE_IO_BUFFER ? undefined : new Promise((resolve) => socket.once('drain', resolve));
        },
        close() {
          failure.ignore();
          socket.close();
        },
      };
    },
  }),

  atmosphere,

  guacamole,

  floor,
};

/** @param {string} bundle @param {object} options @param {(duplex: object) => unknown} [carried] as of {@link settled} */
function ours(bundle, options, carried) {
  return {
    async open(path, onBytes, onFailure) {
      const { connect } = await import(bundle);
      const duplex = await connect(path, options);
      const failure = untilClosed(onFailure);
      const writer = duplex.writable.getWriter();
      const reader = duplex.readable.getReader();
      readAll(reader, onBytes).catch(failure.report);
      writer.closed.catch(failure.report);
      const mode = settled(duplex, carried);
      return {
        carried: mode.carried,
        write(bytes) {
          writer.write(bytes).catch(failure.report);
          return writer.desiredSize > 0 ? undefined : writer.ready;
        },
        close() {
          mode.check(failure);
          failure.ignore();
          writer.abort().catch(() => {});
          reader.cancel().catch(() => {});
        },
      };
    },
  };
}

/** @param {(path: string) => Promise<object>} make opens one @param {(duplex: object) => unknown} [carried] as above */
function nodeStreams(make, carried) {
  return {
    async open(path, onBytes, onFailure) {
      const duplex = await make(path);
      const failure = untilClosed(onFailure);
      duplex.on('data', onBytes);
      duplex.on('error', failure.report);
      const mode = settled(duplex, carried);
      return {
        carried: mode.carried,
        write: (bytes) => (duplex.write(bytes) ? undefined : new Promise((resolve) => duplex.once('drain', resolve))),
        close() {
          mode.check(failure);
          failure.ignore();
          duplex.destroy();
        },
      };
    },
  };
}

/**
 * @param {object} duplex
 * @param {(duplex: object) => unknown} [carried] resolves when it is carried as its system wants it, if that must be
 *   awaited; it must be carried so still when it is closed
 */
function settled(duplex, carried) {
  let mode;
  return {
    async carried() {
      await carried?.(duplex);
      mode = carried && duplex.downloadMode;
    },
    check(failure) {
      if (mode && duplex.downloadMode !== mode) {
        failure.report(new Error(`the duplex has left ${mode} for ${duplex.downloadMode}`));
      }
    },
  };
}

async function onWebSocket(duplex) {
  while (duplex.downloadMode !== 'websocket') {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** In bytes; neither of them has a bound of its own. */
const WEBSOCKET_BUFFER = 4_000_000;
const ENGINE_IO_BUFFER = 1_000_000;
/** What a message counts for at least. */
const ENGINE_IO_MESSAGE = 1_000;

async function drained(socket) {
  while (socket.bufferedAmount >= WEBSOCKET_BUFFER / 2) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}
