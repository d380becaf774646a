// The page's end of JavaScriptTest: node peer.mjs URL. The server echoes; the exit code tells whether all was as expected.
import assert from 'node:assert/strict';
import { messages } from '../../../../browser-client/src/messages.js';
import { connect } from '../../../../browser-client/src/web-streams.js';

const options = { disable_request_streaming: true };
const sent = [
  'hello',
  { text: 'zu spät ☂ 😀', list: [1, 2.5, null] },
  '',
  'x'.repeat(300_000),
  ...Array.from({ length: 1_000 }, (_, i) => ({ i })),
];

const duplex = await connect(process.argv[2], options);
const { readable, writable } = messages(duplex);
const writer = writable.getWriter();
const written = (async () => {
  for (const message of sent) {
    await writer.write(message);
  }
  await writer.close();
})();
const received = [];
for await (const message of readable) {
  received.push(message);
}
assert.deepEqual(received, sent);
await Promise.all([written, duplex.closed]);

// What the server can't read: it says so, with the number that both languages have.
const broken = await connect(process.argv[2], options);
const peer = messages(broken, { encode: (text) => new TextEncoder().encode(text) });
peer.writable.getWriter().write('{').catch(() => {});
await assert.rejects(peer.readable.getReader().read(), { code: 'APPLICATION', number: 65281 });
await assert.rejects(broken.closed, { number: 65281, reason: 'Message 1, of 1 bytes, can\'t be read by the receiver\'s codec' });
