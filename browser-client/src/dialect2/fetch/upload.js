import { framesRequest } from '../../request-init.js';
import { PASSING } from './exchanges.js';
import { drain } from '../../browser/responses.js';
import { StreamingBody } from './streaming-body.js';

const MAX_POSTS = 4;
/** As long as there is enough to fill the next: at a distance what is under way is what counts. */
const MAX_FULL_POSTS = 12;
const TAKEN = 204;
/** What a refusal of a streaming POST may be that has nothing to do with its streaming. */
const REFUSALS_OF_ANY_POST = [404, 410, ...PASSING];
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
  /** @type {ArrayBuffer[]} of bodies that were answered: fetch reads them no more */
  #spares = [];
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
    const { core, settings } = this.#exchanges;
    if (!this.#body && this.mode === 'streaming' && core.wantsStream(performance.now())) {
      this.#stream();
    }
    this.#body?.feed();
    if (this.#body?.ended) {
      this.#body = undefined;
    }
    if (!this.#body) {
      for (;;) {
        const most = core.sendable < settings.limit ? MAX_POSTS : MAX_FULL_POSTS;
        const part = core.nextBody(this.#posts < most ? settings.limit : 0, performance.now(), this.#spares);
        if (!part) {
          break;
        }
        this.#post(part);
      }
    }
  }

  /** @param {Part} part */
  async #post(part) {
    this.#posts++;
    const response = await this.#fetch(part, part.bytes);
    if (!--this.#posts) {
      this.#spares = [];
    } else if (response) {
      this.#spares.push(part.bytes.buffer);
    }
    this.#answered(part, response);
  }

  async #stream() {
    const { core, settings, onevent } = this.#exchanges;
    const part = core.openStream(performance.now());
    const next = () => core.nextPieces(part, settings.limit, performance.now());
    const body = new StreamingBody(part, next, onevent);
    this.#body = body;
    const response = await this.#fetch(part, body.readable);
    if (this.#body === body) {
      this.#body = undefined;
    }
    this.#answered(part, response, body);
  }

  /**
   * @param {Part} part
   * @param {Uint8Array | ReadableStream<Uint8Array>} body
   */
  #fetch(part, body) {
    const { core, settings, id } = this.#exchanges;
    // After a failure all that is sent is the RESET, which has to outlive the page.
    const keepalive = Boolean(core.error);
    return this.#exchanges.fetch(part, { ...framesRequest(settings.init, id, body), keepalive });
  }

  /**
   * Tells the core what has become of a POST.
   *
   * @param {Part} part
   * @param {Response | undefined} response
   * @param {StreamingBody} [body]
   */
  #answered(part, response, body) {
    const exchanges = this.#exchanges;
    const status = response?.status ?? 0;
    if (response && status === TAKEN && (!body || body.ended)) {
      drain(response);
      exchanges.event(() => exchanges.core.uploadTaken(part));
      return;
    }
    const isOddity = body && response && !REFUSALS_OF_ANY_POST.includes(status);
    if (body) {
      this.#begun ||= body.begun;
      // Perhaps something on the way does not like a body without a length. If it is more than that, POSTs tell.
      this.#streaming &&= !isOddity && (this.#begun || part.abandoned);
    }
    exchanges.refused(
      response,
      (now, retryAfter = body && STREAM_PAUSE_MILLISECONDS) => exchanges.core.uploadLost(part, now, retryAfter),
      isOddity ? status : undefined,
    );
  }
}
