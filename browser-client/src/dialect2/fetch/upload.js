import { drain } from '../../browser/responses.js';
import { StreamingBody } from '../../browser/streaming-body.js';
import { canStreamUploads } from '../../browser/support.js';
import { framesRequest } from '../../request-init.js';
import { Exchanges } from './exchanges.js';
import { mayStream, streamNoMore } from './load-ways.js';

/** Of POSTs that carry bytes. */
const MAX_POSTS = 4;
/** As long as there is enough to fill the next: at a distance, what is under way decides. */
const MAX_FULL_POSTS = 12;
const TAKEN = 204;
const TOO_LARGE = 413;
/** The size that a POST is not made smaller than when something on the way refuses it as too large. */
const SMALLEST_LIMIT = 1_000;
const MAX_KEEPALIVE_BYTES = 256;
/** Statuses that may refuse a streaming POST for other reasons than its streaming. */
const REFUSALS_OF_ANY_POST = [404, 408, 410, 429, 502, 503, 504];
/** How long to wait after a streaming POST broke: when its connection is lost, the download breaks as well. */
const STREAM_PAUSE_MILLISECONDS = 250;

/** @typedef {import('../carrier.js').UploadCarrier} UploadCarrier */
/** @typedef {import('../core/uploads.js').Part} Part one POST */

/**
 * The uploads over fetch: one streaming POST as long as that works, otherwise several POSTs at a time.
 *
 * Streaming is given up when the core's probe shows that it does not work, when the browser fails without having asked
 * for the first bytes, as over HTTP/1.1, and when the answer comes before the end.
 * @implements {UploadCarrier}
 */
export class FetchUpload extends Exchanges {
  #streaming;
  /** The most of the application's bytes that one POST carries. */
  #limit;
  /** Whether a POST was too large for something on the way, and none was taken since: then they go one at a time. */
  #seeksLimit = false;
  /** Whether the browser has asked for bytes of a streaming POST that has ended. */
  #begun = false;
  #posts = 0;
  /** Whether a RESET was sent. */
  #isReset = false;
  /** @type {ArrayBuffer[]} of bodies that were answered: fetch reads them no more */
  #spares = [];
  /** @type {{ part: Part, body: StreamingBody } | undefined} the streaming POST that has not ended */
  #stream;

  /** @param {import('../carrier.js').CarrierContext} context */
  constructor(context) {
    super(context);
    const { settings } = context;
    const { streaming, url, limit } = settings;
    this.#limit = limit;
    this.#streaming = streaming && canStreamUploads(url) && mayStream(settings);
  }

  /** @returns {'post' | 'streaming'} */
  get uploadMode() {
    return this.#streaming && this.context.core.uploads.mayStream ? 'streaming' : 'post';
  }

  send() {
    const { core } = this.context;
    const { uploads } = core;
    if (!this.#stream && this.uploadMode === 'streaming' && uploads.wantsStream(performance.now())) {
      this.#openStream();
    }
    this.#feed();
    if (!this.#stream || uploads.wantsPost) {
      for (;;) {
        const most = this.#seeksLimit ? 1 : uploads.sendable < this.#limit ? MAX_POSTS : MAX_FULL_POSTS;
        const part = uploads.nextBody(
          !this.#stream && uploads.carrying < most ? this.#limit : 0,
          performance.now(),
          this.#spares,
        );
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
    const answer = await this.#send(part, part.bytes);
    if (!--this.#posts) {
      this.#spares = [];
    } else if (answer) {
      this.#spares.push(part.bytes.buffer);
    }
    this.#seeksLimit &&= !answer?.isAccepted;
    if (answer?.error && answer.response.status === TOO_LARGE) {
      this.#seeksLimit = true;
      this.#limit = Math.max(SMALLEST_LIMIT, Math.min(this.#limit, part.bytes.length >> 1));
    }
    this.#answered(part, answer);
  }

  async #openStream() {
    const part = this.context.core.uploads.openStream(performance.now());
    const body = new StreamingBody(() => this.context.event());
    const stream = { part, body };
    this.#stream = stream;
    const answer = await this.#send(part, body.readable);
    if (answer?.error && !body.hasEnded) {
      body.end(); // an answer that is whole ends no request
    }
    if (this.#stream === stream) {
      this.#stream = undefined;
    }
    this.#answered(part, answer, body);
    if (!this.context.core.uploads.mayStream) {
      streamNoMore(this.context.settings);
    }
  }

  /** Gives the streaming POST what there is for it. */
  #feed() {
    const { core } = this.context;
    if (this.#stream?.part.mustEnd) {
      this.#stream.body.end();
    } else if (this.#stream?.body.isWanted) {
      const pieces = core.uploads.nextPieces(this.#stream.part, this.#limit, performance.now());
      if (pieces) {
        this.#stream.body.give(pieces);
      }
    }
    if (this.#stream?.body.hasEnded) {
      this.#stream = undefined;
    }
  }

  /** @param {Part} part @param {Uint8Array | ReadableStream<Uint8Array>} body */
  #send(part, body) {
    const { core, settings, id } = this.context;
    // After a failure only the RESET is sent, which must outlive the page.
    // All keepalive requests of a page share 64 KiB: the first small one tries, and those that follow it do without.
    const keepalive = Boolean(core.failure) && !this.#isReset && part.bytes.length <= MAX_KEEPALIVE_BYTES;
    this.#isReset ||= Boolean(core.failure);
    const initOf = () => ({ ...framesRequest(settings.init, id, body), keepalive });
    return this.fetch(part, initOf, ({ status }) => status === TAKEN);
  }

  /**
   * Tells the core what has become of a POST.
   * @param {Part} part
   * @param {import('./exchanges.js').Answer} [answer]
   * @param {StreamingBody} [body]
   */
  #answered(part, answer, body) {
    const { core } = this.context;
    const status = answer?.response.status ?? 0;
    if (answer?.isAccepted && (!body || body.hasEnded)) {
      drain(answer.response);
      this.context.event((now) => core.uploadTaken(part, now));
      return;
    }
    const isOddity = body && answer && !REFUSALS_OF_ANY_POST.includes(status);
    if (body) {
      this.#begun ||= body.hasBegun;
      // Something on the way may refuse a body without a length. If it refuses more than that, POSTs show it.
      this.#streaming &&= !isOddity && (this.#begun || !core.isWanted(part));
    }
    this.refused(
      answer,
      (now, retryAfter = body && STREAM_PAUSE_MILLISECONDS) => core.uploadLost(part, now, retryAfter),
      isOddity ? status : undefined,
    );
  }
}
