/* global http2_client_duplex_bundle -- bundle.js defines it */
import { connect as connectStreams } from './web-streams.js';
import { EchoPane } from './echo-pane.js';
import { FilePane } from './file-pane.js';
import { Figures } from './figures.js';
import { TypedLine } from './typed-line.js';

const element = (id) => document.getElementById(id);
const input = element('input');
const endButton = element('end');
const connectButton = element('connect');
const postBox = element('post');

const echo = new EchoPane(element('echo'));
const figures = new Figures({
  sent: element('sent'),
  received: element('received'),
  rtt: element('rtt'),
});
const line = new TypedLine(input, send);
const url = new URL('/example', location);

/** Codes of failures that mean that there is no server any more, or none yet. */
const SERVER_GONE = ['CONNECTION_LOST', 'SHUT_DOWN', 'TIMED_OUT'];
const MODES = {
  streaming: 'streaming',
  post: 'POST',
  typed: 'event stream',
  polling: 'polls',
  websocket: 'WebSocket',
};
/** How often the page looks at how its bytes travel: a duplex moves without a word. */
const LOOK_MILLISECONDS = 250;

/** Leaves the duplex, or the attempt to open it, that another one takes the place of. */
let leave = () => {};

async function connect() {
  leave();
  const attempt = new AbortController();
  leave = () => attempt.abort();
  restart();
  try {
    const duplex = await http2_client_duplex_bundle.make(url, {
      disable_request_streaming: postBox.checked,
      signal: attempt.signal,
    });
    attach(duplex);
  } catch (error) {
    if (!attempt.signal.aborted) {
      showFailure(error);
    }
  }
}

function restart() {
  showState('connecting', 'Connecting…');
  echo.restart();
  figures.restart();
  line.restart();
  element('mode').textContent = '–';
  element('download-mode').textContent = '–';
  element('moved').textContent = '–';
  element('resumed').textContent = '–';
  element('session').textContent = '–';
}

function attach(duplex) {
  let left = false;
  let draining = false;
  let failure;
  leave = () => {
    left = true;
    duplex.end();
  };
  let resumed = 0;
  // All that was typed comes back before the server stops.
  duplex.on('draining', () => {
    if (!left) {
      draining = true;
      showState('draining', 'The server is going away…');
      duplex.end();
    }
  });
  duplex.on('detached', () => {
    if (!left && !draining) {
      nameState('detached', 'Reconnecting…');
    }
  });
  duplex.on('attached', () => {
    if (!left) {
      resumed += 1;
      element('resumed').textContent = `${resumed} ×`;
      if (!draining) {
        nameState('open', 'Open');
      }
    }
  });
  duplex.on('data', (bytes) => {
    if (!left) {
      figures.read(bytes.length);
      echo.show(bytes);
    }
  });
  duplex.on('end', () => duplex.end());
  duplex.on('error', (error) => {
    failure = error;
  });
  const modes = new Modes(duplex);
  const looking = setInterval(() => left || modes.look(), LOOK_MILLISECONDS);
  duplex.on('close', () => {
    clearInterval(looking);
    if (!left) {
      showEnd(failure, draining);
    }
  });
  window.duplex = duplex;
  element('resumed').textContent = '0 ×';
  element('session').textContent = duplex.id.slice(0, 8);
  showState('open', 'Open');
}

/** Shows how the bytes of a duplex travel, and how often it has moved to a WebSocket or back. */
class Modes {
  #duplex;
  #isOnSocket = false;
  #moves = 0;

  constructor(duplex) {
    this.#duplex = duplex;
    this.look();
  }

  look() {
    const { uploadMode, downloadMode } = this.#duplex;
    const isOnSocket = downloadMode === 'websocket';
    if (isOnSocket !== this.#isOnSocket) {
      this.#isOnSocket = isOnSocket;
      this.#moves += 1;
    }
    element('mode').textContent = MODES[uploadMode];
    element('mode').dataset.value = uploadMode;
    element('download-mode').textContent = MODES[downloadMode];
    element('moved').textContent = `${this.#moves} ×`;
  }
}

const encoder = new TextEncoder();

function send(text) {
  const bytes = encoder.encode(text);
  figures.wrote(bytes.length);
  window.duplex.write(bytes);
}

function end() {
  input.disabled = true;
  endButton.disabled = true;
  endButton.dataset.pressed = 'true';
  window.duplex.end();
}

function showEnd(failure, draining) {
  if (failure) {
    showFailure(failure);
  } else if (draining) {
    showState('gone', 'The server has gone away; everything had come back');
  } else if (endButton.dataset.pressed) {
    showState('ended', 'Ended by both sides');
  } else {
    showState('gone', 'The server ended the duplex');
  }
}

function showFailure(error) {
  const code = error.code ? ` (${error.code})` : '';
  if (SERVER_GONE.includes(error.code)) {
    showState('gone', `The server has gone away${code}`);
  } else {
    showState('error', `${error.message}${code}`);
  }
}

/** What is typed goes on its way while the duplex is detached: only the words change. */
function nameState(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

function showState(state, text) {
  const open = state === 'open';
  const over = !open && !['connecting', 'draining'].includes(state);
  const hadFocus = document.activeElement;
  nameState(state, text);
  delete endButton.dataset.pressed;
  input.disabled = !open;
  endButton.disabled = !open;
  endButton.hidden = over;
  connectButton.hidden = !over;
  // Keyboard users continue where they were.
  if (open && [document.body, connectButton].includes(hadFocus)) {
    input.focus();
  } else if (over && [document.body, input, endButton].includes(hadFocus)) {
    connectButton.focus();
  }
}

/** The answer may be lost with the connection that it would have come over. */
function cut() {
  fetch('/cut', { method: 'POST' }).catch(() => {});
}

new FilePane((signal) => connectStreams(url, { disable_request_streaming: postBox.checked, signal }));
element('cut').addEventListener('click', cut);
endButton.addEventListener('click', end);
connectButton.addEventListener('click', connect);
postBox.addEventListener('change', () => {
  history.replaceState(null, '', postBox.checked ? '?post' : location.pathname);
  connect();
});
// Typing anywhere in the page is typing into the field.
document.addEventListener('keydown', (event) => {
  const onControl = event.target.closest('input, button, textarea');
  const isText = event.key.length === 1 && event.key !== ' ';
  if (isText && !onControl && !event.ctrlKey && !event.metaKey && !event.altKey) {
    input.focus();
  }
});

postBox.checked = new URLSearchParams(location.search).has('post');
connect();
