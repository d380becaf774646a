// What the servers of the peers have in common: the page's files, the transfer, and the talk with the driver.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };
const CHUNK = Buffer.alloc(65_536);
const COUNT_LENGTH = 20;

const { values } = parseArgs({
  options: {
    cert: { type: 'string' },
    key: { type: 'string' },
    root: { type: 'string' },
    clear: { type: 'boolean' },
  },
});
const { root } = values;

/** Whether the server speaks HTTP/2 in clear text. */
export const clear = values.clear ?? false;

/** For the server's TLS. */
export const tls = { cert: readFileSync(values.cert), key: readFileSync(values.key), allowHTTP1: true };

/**
 * Listens on a free port, tells the driver which, and does as it says: "publish" has the server publish; all else tells of
 * the heap; the end is the end.
 *
 * @param {() => void} [publish]
 */
export async function listen(server, publish) {
  server.listen(0, 'localhost', 10_000);
  await once(server, 'listening');
  console.log(JSON.stringify({ port: server.address().port }));
  process.stdin.on('data', (question) => {
    if (question.toString().startsWith('publish')) {
      publish();
      console.log('{}');
      return;
    }
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    console.log(JSON.stringify({ heap: heapUsed + external }));
  });
  process.stdin.on('end', () => process.exit(0));
}

const TEXT = 'x'.repeat(128 - JSON.stringify({ number: 1_000_000, from: 'someone', text: '' }).length);

/** The message of that number, from 0: JSON of 128 bytes. */
export const line = (number) => ({
  number: 1_000_000 + number,
  from: 'someone',
  text: TEXT,
});

/** A file of the page: its status, header fields and bytes. Isolation gives the page a finer clock. */
export async function file(path) {
  try {
    const content = await readFile(join(root, basename(path)));
    const headers = {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    };
    return { status: 200, headers, content };
  } catch {
    return { status: 404, headers: {}, content: '' };
  }
}

/**
 * Takes "DOWN UP\n" and UP bytes, and sends DOWN bytes at the same time, and behind them how many came.
 *
 * @param {(bytes: Buffer) => boolean} write returns whether more may be written before a drain
 * @returns for the bytes that came, and for when there was a drain
 */
export function transfer(write) {
  let head = '';
  let down = -1;
  let up = -1;
  let counted = 0;

  function go() {
    while (down > 0) {
      const bytes = down < CHUNK.length ? CHUNK.subarray(0, down) : CHUNK;
      down -= bytes.length;
      if (!write(bytes)) {
        return;
      }
    }
    if (down === 0 && counted >= up) {
      down = -1;
      write(Buffer.from(String(counted).padStart(COUNT_LENGTH)));
    }
  }

  return {
    bytes(chunk) {
      let rest = chunk;
      if (up < 0) {
        const end = chunk.indexOf(10);
        head += chunk.subarray(0, end < 0 ? chunk.length : end).toString();
        if (end < 0) {
          return;
        }
        [down, up] = head.split(' ').map(Number);
        rest = chunk.subarray(end + 1);
      }
      counted += rest.length;
      if (counted >= up || rest.length < chunk.length) {
        go();
      }
    },
    drained: go,
  };
}
