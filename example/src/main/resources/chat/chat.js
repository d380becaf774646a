import { keepOpen } from '/keep-open.js';
import { messages } from '/messages.js';

const TYPING_SHOWN_MILLISECONDS = 3_000;
const TYPING_SENT_MILLISECONDS = 1_500;
const element = (id) => document.getElementById(id);

const room = new URLSearchParams(location.search).get('room') ?? 'lobby';
/** Lines by their ids: the history that comes when the page is back has many that are here already. */
const lines = new Map();
/** Timers by the names of those who are typing. */
const typing = new Map();
let you = '';
/** Sends to the server; undefined while there is no duplex. */
let send;

element('room').textContent = room;
element('sign-in').addEventListener('submit', signIn);
element('say').addEventListener('submit', say);
let typedAt = 0;
element('text').addEventListener('input', () => {
  if (Date.now() - typedAt > TYPING_SENT_MILLISECONDS) {
    typedAt = Date.now();
    send?.({ type: 'IsTyping' });
  }
});
open();

function open() {
  element('sign-in').hidden = true;
  const chat = keepOpen(`/chat?room=${encodeURIComponent(room)}`, { max_pause: 5_000 }, use);
  const show = () => {
    element('chat').hidden = chat.state === 'closed';
    element('state').textContent = chat.message;
    element('state').dataset.state = chat.state;
  };
  chat.addEventListener('state', show);
  show();
  chat.closed.catch((error) => {
    if (error.response?.status === 401) {
      element('sign-in').hidden = false;
      element('name').focus();
    } else {
      element('chat').hidden = false;
    }
  });
}

/** Uses one duplex, from its first message to its end. */
async function use(duplex, { signal }) {
  const { readable, writable } = messages(duplex);
  const writer = writable.getWriter();
  send = (message) => writer.write(message).catch(() => {});
  // The server is about to stop: this side ends, then the server's, and keepOpen opens another duplex.
  const leave = () => {
    send = undefined;
    writer.close().catch(() => {});
  };
  duplex.addEventListener('draining', leave, { signal });
  signal.addEventListener('abort', () => (send = undefined));
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    take(next.value);
  }
}

function take(message) {
  switch (message.type) {
    case 'History':
      you = message.you;
      message.lines.forEach(add);
      break;
    case 'Line':
      add(message);
      stoppedTyping(message.from);
      break;
    case 'Present':
      element('present').textContent = message.names.join(', ');
      break;
    case 'Typing':
      if (message.from !== you) {
        clearTimeout(typing.get(message.from));
        typing.set(message.from, setTimeout(stoppedTyping, TYPING_SHOWN_MILLISECONDS, message.from));
        showTyping();
      }
  }
}

/** Shows a line where it belongs: what was said while the page was away comes with the history. */
function add(line) {
  if (lines.has(line.id)) {
    return;
  }
  const item = document.createElement('li');
  const from = document.createElement('b');
  from.textContent = line.from;
  item.append(from, line.text);
  item.classList.toggle('own', line.from === you);
  lines.set(line.id, { at: line.at, item });
  const next = [...lines.values()].filter(({ at }) => at > line.at).sort((a, b) => a.at - b.at)[0];
  element('lines').insertBefore(item, next?.item ?? null);
  element('lines').scrollTo(0, element('lines').scrollHeight);
}

function stoppedTyping(name) {
  clearTimeout(typing.get(name));
  typing.delete(name);
  showTyping();
}

function showTyping() {
  const names = [...typing.keys()].join(', ');
  element('typing').textContent = names && `${names} ${typing.size > 1 ? 'are' : 'is'} typing…`;
}

function say(event) {
  event.preventDefault();
  const text = element('text').value.trim();
  // While there is no duplex the text stays where it is.
  if (text && send) {
    send({ type: 'Say', text });
    element('text').value = '';
    typedAt = 0;
  }
}

async function signIn(event) {
  event.preventDefault();
  const response = await fetch('/sign-in', {
    method: 'POST',
    body: element('name').value,
  }).catch(() => undefined);
  element('refused').hidden = response?.ok ?? false;
  element('refused').textContent = response
    ? 'A name has letters, digits, spaces, dots and dashes.'
    : 'The server can’t be reached.';
  if (response?.ok) {
    open();
    element('text').focus();
  }
}
