import { framesRequest } from '../protocol/requests.js';
import { drain } from './responses.js';
import { StreamingBody } from './streaming-body.js';

const MAX_POSTS = 4;
const TAKEN = 204;
/** What a refusal of a streaming POST may be that has nothing to do with its streaming. */
const REFUSALS_OF_ANY_POST = [404, 410, 429, 502, 503, 504];
/** How long to wait after a streaming POST broke: when its connection is lost, the download breaks as well. */
const STREAM_PAUSE_MILLISECONDS = 250;

/** @typedef {NonNullable<ReturnType<import('./exchanges.js').Core['nextBody']>>} Part one POST */

/**
 * Sends what the core has to send: in a streaming POST as long as that works, otherwise in several POSTs at a time.
 *
 * Streaming is given up when the core's probe says that it does not work, when the browser fails without having asked
 * for the first bytes, as over HTTP/1.1, and when the answer comes before the end.
 */
export class ResumingUpload {
  #exchanges;
  #streaming;
  /** Whether the browser has asked for bytes of a streaming POST that is over. */
  #begun = false;
  #posts = 0;
  /** @type {StreamingBody | undefined} */
  #body;

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
    return this.#streaming && this.#exchanges.core.mayStream ? 'streaming' : 'post';
  }

  /** Sends what can be sent now. */
  send() {
    const { core, limit } = this.#exchanges;
    if (!this.#body && this.mode === 'streaming' && core.wantsStream(performance.now())) {
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
    }
    onevent();
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
    const pause = body && STREAM_PAUSE_MILLISECONDS;
    const lost = (/** @type {number} */ now, retryAfter = pause) => {
      this.#begun ||= body?.begun ?? false;
      this.#streaming &&= !body || this.#begun || part.abandoned;
      exchanges.core.uploadLost(part, now, retryAfter);
    };
    return exchanges.run(part, init, lost, async (response) => {
      const { status } = response;
      if (status === TAKEN && (!body || body.ended)) {
        drain(response);
        exchanges.event(() => exchanges.core.uploadTaken(part));
      } else if (!body || REFUSALS_OF_ANY_POST.includes(status)) {
        await exchanges.refused(response, lost);
      } else {
        // Perhaps something on the way does not like a body without a length. If it is more than that, POSTs tell.
        drain(response);
        this.#streaming = false;
        exchanges.event(lost);
      }
    });
  }
}
