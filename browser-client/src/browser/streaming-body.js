/** The body of a streaming request. Fetch asks for its bytes when it has sent those that it was given. */
export class StreamingBody {
  /** Whether fetch asks for bytes. */
  isWanted = false;
  /** Whether fetch has asked for any yet. */
  hasBegun = false;
  /** Whether fetch was given everything, and the end. */
  hasEnded = false;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} undefined when fetch has cancelled the body */
  #controller;

  /** @param {() => void} onwanted called when fetch asks for bytes */
  constructor(onwanted) {
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.isWanted = this.hasBegun = true;
          onwanted();
        },
        cancel: () => {
          this.isWanted = false;
          this.#controller = undefined;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** @param {readonly Uint8Array[]} pieces */
  give(pieces) {
    this.isWanted = false;
    pieces.forEach((piece) => this.#controller?.enqueue(piece));
  }

  /**
   * Makes fetch fail before it is aborted: an abort alone makes Chromium end the body cleanly. Fetch fails on a chunk
   * that is not bytes. (If the stream itself failed, Chromium's abort would leave a rejection that nobody can catch.)
   */
  fail() {
    if (!this.hasEnded) {
      this.#controller?.enqueue(/** @type {any} */ (null));
    }
  }

  /** Does nothing when fetch has cancelled the body. */
  end() {
    this.hasEnded = this.#controller !== undefined;
    this.#controller?.close();
  }
}
