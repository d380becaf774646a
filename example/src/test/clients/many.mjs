// node many.mjs http2|http URL COUNT: opens so many duplexes of one request, and only then echoes something over each.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const [module, address, count] = process.argv.slice(2);
const url = new URL(address);
const secure = url.protocol === 'https:';
const connection = module === 'http2' ? http2.connect(url) : undefined;

async function open() {
  if (connection) {
    const stream = connection.request({ ':method': 'PUT', ':path': url.pathname });
    const [head] = await once(stream, 'response');
    return { up: stream, down: stream, status: head[':status'] };
  }
  const up = (secure ? https : http).request(url, { method: 'PUT' });
  up.flushHeaders();
  const [down] = await once(up, 'response');
  return { up, down, status: down.statusCode };
}

async function echo({ up, down }) {
  const sent = randomBytes(10_000);
  up.end(sent);
  const received = [];
  for await (const bytes of down) {
    received.push(bytes);
  }
  return Buffer.concat(received).equals(sent);
}

const duplexes = await Promise.all(Array.from({ length: Number(count) }, open));
console.log(`${duplexes.filter(({ status }) => status === 200).length} open`);
const results = await Promise.all(duplexes.map(echo));
console.log(`${results.filter(Boolean).length} whole`);
connection?.close();
