// Bare fetch, with no stream library: what the browser's fetch itself costs. Streams end when the page goes.
import { readAll, untilClosed } from './reading.js';

const CHUNK = 65_536;
const POST = 1_000_000;
const POSTS_AT_ONCE = 4;

export const floor = ({ streaming }) => ({
  async open(_path, onBytes, onFailure) {
    const url = `/floor?id=${crypto.randomUUID()}`;
    const failure = untilClosed(onFailure);
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    let first = true;
    readAll(response.body.getReader(), (bytes) => {
      const rest = first ? bytes.subarray(1) : bytes;
      first = false;
      if (rest.length > 0) {
        onBytes(rest);
      }
    }).catch(failure.report);
    const write = streaming ? streamed(url, abort.signal, failure) : posted(url, abort.signal, failure);
    return {
      write,
      close() {
        failure.ignore();
        abort.abort();
      },
    };
  },

  async transfer(down, up) {
    const before = performance.now();
    const [received, counted] = await Promise.all([
      down ? source(down) : 0,
      !up ? 0 : streaming ? sinkStream(up) : sinkPosts(up),
    ]);
    const elapsed = performance.now() - before;
    if (received !== down || counted !== up) {
      throw new Error(`of ${up} bytes up and ${down} down, ${counted} and ${received} arrived`);
    }
    return elapsed;
  },
});

/** One POST a write, one at a time. */
function posted(url, signal, failure) {
  let last = Promise.resolve();
  return (bytes) => {
    last = last.then(() => post(url, bytes, { signal })).catch(failure.report);
    return last;
  };
}

function streamed(url, signal, failure) {
  let controller;
  let pulled = () => {};
  const body = new ReadableStream({ start: (c) => (controller = c), pull: () => pulled() });
  post(url, body, { signal, duplex: 'half' }).catch(failure.report);
  return (bytes) => {
    controller.enqueue(bytes);
    return controller.desiredSize > 0 ? undefined : new Promise((resolve) => (pulled = resolve));
  };
}

async function source(bytes) {
  const response = await fetch(`/source?bytes=${bytes}`, { cache: 'no-store' });
  const reader = response.body.getReader();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return received;
    }
    received += value.length;
  }
}

function sinkStream(bytes) {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      const size = Math.min(CHUNK, bytes - sent);
      controller.enqueue(new Uint8Array(size));
      sent += size;
      if (sent === bytes) {
        controller.close();
      }
    },
  });
  return sink(body, { duplex: 'half' });
}

async function sinkPosts(bytes) {
  let sent = 0;
  let counted = 0;
  async function postSome() {
    while (sent < bytes) {
      const size = Math.min(POST, bytes - sent);
      sent += size;
      const count = await sink(new Uint8Array(size), {});
      counted += count;
    }
  }
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, postSome));
  return counted;
}

async function sink(body, options) {
  return Number(await post('/sink', body, options));
}

async function post(url, body, options) {
  const response = await fetch(url, { method: 'POST', body, cache: 'no-store', ...options });
  if (!response.ok) {
    throw new Error(`POST ${url}: ${response.status}`);
  }
  return response.text();
}
