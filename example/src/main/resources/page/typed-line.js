// A byte stream cannot take back what was sent, and a field can be changed anywhere: by Backspace, by autocorrect, by
// an input method that composes a word, by paste, by undo. So the stream carries what a terminal's would: text, line
// ends, and a backspace for every character that is taken back.

const isLowSurrogate = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

/** What to send after a line went from one text to another: backspaces down to what both share, then the rest. */
export function change(from, to) {
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) {
    shared += 1;
  }
  // A character is never cut in two.
  if (shared > 0 && [from, to].some((text) => isLowSurrogate(text.charCodeAt(shared)))) {
    shared -= 1;
  }
  return '\b'.repeat([...from.slice(shared)].length) + to.slice(shared);
}

/** A text field whose every change is sent as it is made. A line that was ended leaves it: it can't be changed again. */
export class TypedLine {
  #field;
  #sent = '';

  constructor(field, send) {
    this.#field = field;
    const onChange = (event) => this.#sendChange(event, send);
    field.addEventListener('input', onChange);
    field.addEventListener('compositionend', onChange);
  }

  restart() {
    this.#sent = '';
    this.#field.value = '';
  }

  #sendChange(event, send) {
    const line = this.#field.value;
    const text = change(this.#sent, line);
    this.#sent = line;
    if (text !== '') {
      send(text);
    }
    // An input method that is composing would lose its word if the field changed under it.
    if (line.includes('\n') && !event.isComposing) {
      this.#sent = line.slice(line.lastIndexOf('\n') + 1);
      this.#field.value = this.#sent;
    }
  }
}
