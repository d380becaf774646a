import { bodies } from './bodies.js';
import { DuplexError } from '../errors.js';
import { streamingRequest } from '../request-init.js';
import { PostUpload } from './post-upload.js';

/**
 * Uploads everything in the body of one POST. Where that turns out to be impossible before a byte was handed over (a
 * browser refuses it over HTTP/1.1), POST after POST takes its place and the application notices nothing.
 */
export class StreamingUpload {
  #requests;
  #onend;
  #answered;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} gone when fetch has given the body up */
  #body;
  /** Whether fetch asks for bytes, that is: has sent all that it was given. */
  #wanted = false;
  /** @type {(() => void) | undefined} */
  #onwanted;
  /** @type {PostUpload | undefined} */
  #posts;
  #started = false;
  #ending = false;

  /**
   * @param {import('./requests.js').Requests} requests
   * @param {() => void} onend called if the server takes the end of the upload before the client has ended it
   */
  constructor(requests, onend) {
    this.#requests = requests;
    this.#onend = onend;
    this.#answered = this.#run();
    // Writing does not wait for the answer: the session has to hear of whatever comes in its place.
    this.#answered.catch((cause) => this.#requests.lost(cause));
  }

  /** @returns {'post' | 'streaming'} */
  get mode() {
    return this.#posts?.mode ?? 'streaming';
  }

  /**
   * Settles when fetch has sent the chunks, so that their memory may be used again. Stays pending when the upload
   * fails: the session settles what waits.
   *
   * @param {readonly Uint8Array[]} chunks
   */
  async write(chunks) {
    for (const body of bodies(chunks, this.#requests.limit)) {
      await this.#demand();
      if (this.#posts) {
        return this.#posts.write(chunks);
      }
      this.#started = true;
      this.#wanted = false;
      this.#body?.enqueue(body);
    }
    await this.#demand();
  }

  /** Settles when the server has answered, that is: has taken everything. */
  async end() {
    this.#ending = true;
    this.#body?.close();
    await this.#answered;
    await this.#posts?.end();
  }

  async #run() {
    const { init, id } = this.#requests;
    const body = new ReadableStream(
      {
        start: (controller) => {
          this.#body = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#onwanted?.();
        },
        cancel: () => {
          this.#body = undefined;
          this.#wanted = false;
        },
      },
      { highWaterMark: 0 },
    );
    let response;
    try {
      response = await this.#requests.fetch(streamingRequest(init, id, body));
    } catch (cause) {
      if (this.#started) {
        throw await this.#requests.lost(cause);
      }
      this.#posts = new PostUpload(this.#requests);
      this.#onwanted?.();
      return;
    }
    await this.#requests.accept(response);
    if (this.#onwanted) {
      throw await this.#requests.fail(
        new DuplexError('UPLOAD_CUT', 'The server answered the upload before it had taken everything'),
      );
    }
    if (!this.#ending) {
      this.#onend();
    }
  }

  /** Settles when fetch asks for bytes, or when POSTs take the upload's place. */
  async #demand() {
    if (!this.#wanted && !this.#posts) {
      await new Promise((resolve) => {
        this.#onwanted = () => resolve(undefined);
      });
      this.#onwanted = undefined;
    }
  }
}
