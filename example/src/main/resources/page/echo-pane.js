// Far more than a reader scrolls back, and few enough for the browser to lay out at every key.
const KEPT_LENGTH = 100_000;

/** The text with its backspaces carried out: each takes back the character before it, but never a line end. */
export function carryOutBackspaces(text) {
  const characters = [];
  for (const character of text) {
    if (character !== '\b') {
      characters.push(character);
    } else if (characters.at(-1) !== '\n') {
      characters.pop();
    }
  }
  return characters.join('');
}

/** Shows in an element the UTF-8 text that comes back, however it was cut into chunks. */
export class EchoPane {
  #element;
  #decoder = new TextDecoder();

  constructor(element) {
    this.#element = element;
  }

  restart() {
    this.#decoder = new TextDecoder();
    this.#element.textContent = '';
  }

  show(bytes) {
    const element = this.#element;
    const wasAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 2;
    const shown = element.textContent;
    const line = shown.lastIndexOf('\n') + 1; // backspaces reach back no further
    const text = shown.slice(line) + this.#decoder.decode(bytes, { stream: true });
    element.textContent = (shown.slice(0, line) + carryOutBackspaces(text)).slice(-KEPT_LENGTH);
    if (wasAtEnd) {
      element.scrollTop = element.scrollHeight;
    }
  }
}
