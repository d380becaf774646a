import { bodies } from './bodies.js';
import { chunkRequest, endRequest } from '../request-init.js';

/** An upload by POSTs, one after another: the next one is sent when the server has answered the last one. */
export class PostUpload {
  mode = /** @type {const} */ ('post');
  #requests;

  /** @param {import('./requests.js').Requests} requests */
  constructor(requests) {
    this.#requests = requests;
  }

  /** @param {readonly Uint8Array[]} chunks */
  async write(chunks) {
    const { init, id, limit } = this.#requests;
    for (const body of bodies(chunks, limit)) {
      await this.#requests.send(chunkRequest(init, id, body));
    }
  }

  async end() {
    await this.#requests.send(endRequest(this.#requests.init, this.#requests.id));
  }
}
