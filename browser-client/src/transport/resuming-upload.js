import { framesRequest } from '../protocol/requests.js';
import { drain } from './responses.js';
import { StreamingBody } from './streaming-body.js';

const MAX_POSTS = 4;
const MAX_STREAM_FAILURES = 2;
const TAKEN = 204;

/** @typedef {NonNullable<ReturnType<import('./exchanges.js').Core['nextBody']>>} Part one POST */

/**
 * Sends what the core has to send: in a streaming POST as long as that works, otherwise in several POSTs at a time.
 *
 * Streaming is given up when the probe says that a body does not arrive before it ends; when the browser has not even
 * asked for its first bytes, as over HTTP/1.1; and when one body after the other breaks while the download does not.
 */
export class ResumingUpload {
  #exchanges;
  #streaming;
  #posts = 0;
  /** @type {StreamingBody | undefined} */
  #body;
  #failures = 0;
  /** How many downloads there had been when the last body broke. */
  #brokenAt = 0;

  /**
   * @param {import('./exchanges.js').Exchanges} exchanges
   * @param {boolean} streaming whether a streaming POST may be tried
   */
  constructor(exchanges, streaming) {
    this.#exchanges = exchanges;
    this.#streaming = streaming;
  }

  /** @returns {'post' | 'streaming'} */
  get mode() {
    return this.#streaming ? 'streaming' : 'post';
  }

  /** Sends what can be sent now. */
  send() {
    const { core, limit } = this.#exchanges;
    if (!this.#body && core.wantsStream(performance.now()) && this.#mayStream()) {
      this.#stream();
    }
    this.#body?.feed();
    if (this.#body?.ended) {
      this.#body = undefined;
    }
    if (!this.#body) {
      for (;;) {
        const part = core.nextBody(this.#posts < MAX_POSTS ? limit : 0, performance.now());
        if (!part) {
          return;
        }
        this.#post(part);
      }
    }
  }

  #mayStream() {
    if (this.#brokenAt !== this.#exchanges.downloads) {
      this.#failures = 0;
    }
    this.#streaming &&= this.#failures < MAX_STREAM_FAILURES;
    return this.#streaming;
  }

  /** @param {Part} part */
  async #post(part) {
    const { init, id } = this.#exchanges;
    this.#posts++;
    await this.#run(part, { ...framesRequest(init, id, part.bytes), keepalive: part.keepalive });
    this.#posts--;
    this.#exchanges.onevent();
  }

  async #stream() {
    const { core, init, id, limit, onevent } = this.#exchanges;
    const part = core.openStream(performance.now());
    const body = new StreamingBody({
      next: () => core.nextPiece(part, limit, performance.now()),
      isToEnd: () => part.isToEnd,
      onwanted: onevent,
    });
    this.#body = body;
    await this.#run(part, framesRequest(init, id, body.readable), body);
    if (this.#body === body) {
      this.#body = undefined;
      this.#broke(body);
    }
    onevent();
  }

  /** @param {StreamingBody} body */
  #broke(body) {
    const { probe } = this.#exchanges.core;
    this.#streaming &&= probe !== 'failed';
    if (probe === 'answered') {
      this.#failures = 0;
    }
    this.#failures += body.begun ? 1 : MAX_STREAM_FAILURES;
    this.#brokenAt = this.#exchanges.downloads;
  }

  /**
   * Settles when the core knows what has become of the POST.
   *
   * @param {Part} part
   * @param {RequestInit} init
   * @param {StreamingBody} [body]
   */
  #run(part, init, body) {
    const exchanges = this.#exchanges;
    const lost = (/** @type {number} */ now, /** @type {number | undefined} */ retryAfter = undefined) =>
      exchanges.core.uploadLost(part, now, retryAfter);
    return exchanges.run(part, init, lost, async (response) => {
      if (response.status !== TAKEN) {
        await exchanges.refused(response, lost);
        return;
      }
      drain(response);
      // An answer that comes too early does not speak for all of a streaming body.
      exchanges.event((now) => (!body || body.ended ? exchanges.core.uploadTaken(part) : lost(now)));
    });
  }
}
