import { drain } from '../../browser/responses.js';
import { StreamingBody } from '../../browser/streaming-body.js';
import { canStreamUploads } from '../../browser/support.js';
import { framesRequest } from '../../request-init.js';
import { Exchanges, PASSING } from './exchanges.js';

const MAX_POSTS = 4;
/** As long as there is enough to fill the next: at a distance, what is under way decides. */
const MAX_FULL_POSTS = 12;
const TAKEN = 204;
/** Statuses that may refuse a streaming POST for other reasons than its streaming. */
const REFUSALS_OF_ANY_POST = [404, 410, ...PASSING];
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
  /** Whether the browser has asked for bytes of a streaming POST that has ended. */
  #begun = false;
  #posts = 0;
  /** @type {ArrayBuffer[]} of bodies that were answered: fetch reads them no more */
  #spares = [];
  /** @type {{ part: Part, body: StreamingBody } | undefined} the streaming POST that has not ended */
  #stream;

  /** @param {import('../carrier.js').CarrierContext} context */
  constructor(context) {
    super(context);
    const { streaming, url } = context.settings;
    this.#streaming = streaming && canStreamUploads(url);
  }

  /** @returns {'post' | 'streaming'} */
  get uploadMode() {
    return this.#streaming && this.context.core.uploads.mayStream ? 'streaming' : 'post';
  }

  send() {
    const { core, settings } = this.context;
    const { uploads } = core;
    if (!this.#stream && this.uploadMode === 'streaming' && uploads.wantsStream(performance.now())) {
      this.#openStream();
    }
    this.#feed();
    if (!this.#stream) {
      for (;;) {
        const most = uploads.sendable < settings.limit ? MAX_POSTS : MAX_FULL_POSTS;
        const part = uploads.nextBody(this.#posts < most ? settings.limit : 0, performance.now(), this.#spares);
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
    const response = await this.#send(part, part.bytes);
    if (!--this.#posts) {
      this.#spares = [];
    } else if (response) {
      this.#spares.push(part.bytes.buffer);
    }
    this.#answered(part, response);
  }

  async #openStream() {
    const part = this.context.core.uploads.openStream(performance.now());
    const body = new StreamingBody(() => this.context.event());
    const stream = { part, body };
    this.#stream = stream;
    const response = await this.#send(part, body.readable);
    if (this.#stream === stream) {
      this.#stream = undefined;
    }
    this.#answered(part, response, body);
  }

  /** Gives the streaming POST what there is for it. */
  #feed() {
    const { core, settings } = this.context;
    if (this.#stream?.part.mustEnd) {
      this.#stream.body.end();
    } else if (this.#stream?.body.isWanted) {
      const pieces = core.uploads.nextPieces(this.#stream.part, settings.limit, performance.now());
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
    const keepalive = Boolean(core.failure);
    return this.fetch(part, { ...framesRequest(settings.init, id, body), keepalive });
  }

  /**
   * Tells the core what has become of a POST.
   * @param {Part} part
   * @param {Response | undefined} response
   * @param {StreamingBody} [body]
   */
  #answered(part, response, body) {
    const { core } = this.context;
    const status = response?.status ?? 0;
    if (response && status === TAKEN && (!body || body.hasEnded)) {
      drain(response);
      this.context.event(() => core.uploadTaken(part));
      return;
    }
    const isOddity = body && response && !REFUSALS_OF_ANY_POST.includes(status);
    if (body) {
      this.#begun ||= body.hasBegun;
      // Something on the way may refuse a body without a length. If it refuses more than that, POSTs show it.
      this.#streaming &&= !isOddity && (this.#begun || !core.isWanted(part));
    }
    this.refused(
      response,
      (now, retryAfter = body && STREAM_PAUSE_MILLISECONDS) => core.uploadLost(part, now, retryAfter),
      isOddity ? status : undefined,
    );
  }
}
