import { bodies } from './bodies.js';
import { chunkRequest, endRequest } from '../request-init.js';

/** Uploads one POST after another: the server's answer to one is the leave to send the next. */
export class PostUpload {
  #requests;

  /** @param {import('./requests.js').Requests} requests */
  constructor(requests) {
    this.#requests = requests;
  }

  /** @returns {'post' | 'streaming'} */
  get mode() {
    return 'post';
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
