/** The body of one streaming POST: takes pieces when fetch asks for them, that is when it has sent the last one. */
export class StreamingBody {
  #next;
  #part;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} undefined when fetch has cancelled the body */
  #controller;
  #wanted = false;
  /** Whether fetch has asked for anything yet. */
  begun = false;
  /** Whether fetch was given everything, and the end. */
  ended = false;

  /**
   * @param {{ readonly mustEnd: boolean }} part
   * @param {() => Uint8Array[] | null} next the next pieces; null: there is none now
   * @param {() => void} onwanted called when fetch asks for a piece
   */
  constructor(part, next, onwanted) {
    this.#part = part;
    this.#next = next;
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = this.begun = true;
          onwanted();
        },
        cancel: () => {
          this.#controller = undefined;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Gives fetch pieces if it wants one and there are any, or ends the body if it must end. */
  feed() {
    const controller = this.#controller;
    if (!controller || this.ended) {
      return;
    }
    if (this.#part.mustEnd) {
      this.ended = true;
      controller.close();
      return;
    }
    const pieces = this.#wanted && this.#next();
    if (pieces) {
      this.#wanted = false;
      pieces.forEach((piece) => controller.enqueue(piece));
    }
  }
}
