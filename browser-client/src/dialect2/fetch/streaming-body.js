/** The body of one streaming POST: takes pieces when fetch asks for them, which is when it has sent the last one. */
export class StreamingBody {
  #next;
  #part;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} gone when fetch has given the body up */
  #controller;
  #wanted = false;
  /** Whether fetch has asked for anything yet. */
  begun = false;
  /** Whether everything was given to fetch that ever will be. */
  ended = false;

  /**
   * @param {{ readonly isToEnd: boolean }} part
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

  /** Gives fetch pieces if it wants one and there are any, or ends the body if it is to end. */
  feed() {
    const controller = this.#controller;
    if (!controller || this.ended) {
      return;
    }
    if (this.#part.isToEnd) {
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
