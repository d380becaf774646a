// One end of a pipe: the other is a client that comes to the same key, with PUT /pipe/<key> or with this page.
import { connect } from './web-streams.js';

/** Of what came the last part is shown. */
const SHOWN_CHARACTERS = 100_000;

const element = (id) => document.getElementById(id);
const received = element('received');
const line = element('line');
const file = element('file');

function showState(name, text) {
  element('state').dataset.state = name;
  element('state').textContent = text;
  line.disabled = file.disabled = name !== 'open';
}

async function show(readable) {
  for await (const text of chunks(readable.pipeThrough(new TextDecoderStream()))) {
    received.textContent = (received.textContent + text).slice(-SHOWN_CHARACTERS);
    received.scrollTop = received.scrollHeight;
  }
}

// Safari cannot iterate over a stream.
async function* chunks(readable) {
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    yield next.value;
  }
}

/** Sends a file as fast as the other end reads, and ends this side. */
async function send(chosen, writer) {
  let sent = 0;
  element('progress').hidden = false;
  for await (const bytes of chunks(chosen.stream())) {
    await writer.write(bytes);
    sent += bytes.length;
    element('progress').value = sent / chosen.size;
  }
  await writer.close();
}

async function open() {
  const key = location.hash.slice(1) || crypto.randomUUID().slice(0, 8);
  history.replaceState(null, '', `#${key}`);
  const { readable, writable, closed } = await connect(new URL(`/pipe/${key}`, location));
  const writer = writable.getWriter();
  const failed = (error) => showState('error', error.message);
  showState('open', 'Open');
  closed.then(() => showState('ended', 'Both sides have ended'), failed);
  show(readable).catch(failed);
  line.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      writer.write(new TextEncoder().encode(`${line.value}\n`)).catch(failed);
      line.value = '';
    }
  });
  file.addEventListener('change', () => {
    line.disabled = file.disabled = true;
    send(file.files[0], writer).catch(failed);
  });
}

addEventListener('hashchange', () => location.reload());
open().catch((error) => showState('error', error.message));
