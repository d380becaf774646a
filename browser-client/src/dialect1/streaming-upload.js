import { StreamingBody } from '../browser/streaming-body.js';
import { DuplexError } from '../errors.js';
import { streamingRequest } from '../request-init.js';
import { bodies } from './bodies.js';
import { PostUpload } from './post-upload.js';

/**
 * An upload in the body of one POST. If that fails before a byte was given to fetch (a browser refuses it over
 * HTTP/1.1), POSTs take its place, and the application notices nothing.
 */
export class StreamingUpload {
  #requests;
  #onend;
  #answered;
  #body = new StreamingBody(() => this.#onwanted?.());
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
    // A write does not wait for the answer: the session must be told of its failure.
    this.#answered.catch((cause) => this.#requests.lost(cause));
  }

  /** @returns {'post' | 'streaming'} */
  get mode() {
    return this.#posts?.mode ?? 'streaming';
  }

  /**
   * Settles when fetch has sent the chunks, so that their memory may be used again. It never settles when the upload
   * fails: the session rejects the waiting write.
   * @param {readonly Uint8Array[]} chunks
   */
  async write(chunks) {
    for (const body of bodies(chunks, this.#requests.limit)) {
      await this.#demand();
      if (this.#posts) {
        return this.#posts.write(chunks);
      }
      this.#started = true;
      this.#body.give([body]);
    }
    await this.#demand();
  }

  /** Settles when the server has answered: it has taken everything. */
  async end() {
    this.#ending = true;
    this.#body.end();
    await this.#answered;
    await this.#posts?.end();
  }

  async #run() {
    const { init, id } = this.#requests;
    let response;
    try {
      response = await this.#requests.fetch(streamingRequest(init, id, this.#body.readable), () => this.#body.fail());
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

  /** Settles when fetch asks for bytes, or when POSTs take this upload's place. */
  async #demand() {
    if (!this.#body.isWanted && !this.#posts) {
      await new Promise((resolve) => {
        this.#onwanted = () => resolve(undefined);
      });
      this.#onwanted = undefined;
    }
  }
}
