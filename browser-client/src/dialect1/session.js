import { DuplexError } from '../errors.js';
import { Download } from './download.js';
import { PostUpload } from './post-upload.js';
import { Requests } from './requests.js';
import { abortedBy } from '../browser/responses.js';
import { StreamingUpload } from './streaming-upload.js';
import { canStreamUploads } from '../browser/support.js';
import { WriteBuffer } from './write-buffer.js';

/**
 * Where a session stands. Its moves:
 *
 *     OPEN ---- both directions have ended, or it is destroyed ----> OVER
 *       \---- the first failure ----> FAILING ---- its error is ready, or it is destroyed ----> OVER
 */
const State = Object.freeze({ OPEN: 'open', FAILING: 'failing', OVER: 'over' });

/**
 * The state behind one duplex of dialect 1: one download, one upload, and the first failure of either, which ends both. The faces
 * stand on it. Only one read, and only one write or end, is under way at a time: a face waits for one before the next.
 */
export class Session {
  #state = /** @type {typeof State[keyof typeof State]} */ (State.OPEN);
  #settings;
  #requests;
  #download;
  #upload;
  #buffer;
  #abortDownload;
  /** @type {Error | undefined} */
  #error;
  #downloadEnded = false;
  #uploadEnded = false;
  /** @type {() => void} */
  #closedCleanly = () => {};
  /** @type {(error: Error) => void} */
  #closedWith = () => {};
  /** @type {(error: Error) => void} */
  #rejectUploading = () => {};
  #onabort = () => this.destroy(abortedBy(/** @type {AbortSignal} */ (this.#settings.signal)));

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body of the response to the opening request
   * @param {AbortController} abortDownload
   */
  constructor(settings, id, body, abortDownload) {
    this.id = id;
    this.#settings = settings;
    this.#abortDownload = abortDownload;
    /**
     * Settles when the session is over: resolves when both directions have ended, else rejects with what ended it.
     *
     * @type {Promise<void>}
     */
    this.closed = new Promise((resolve, reject) => {
      this.#closedCleanly = resolve;
      this.#closedWith = reject;
    });
    // Who does not look here learns of the failure from reading or writing.
    this.closed.catch(() => {});
    this.#requests = new Requests(settings, id, (reason) => this.#fail(reason));
    this.#download = new Download(body, (cause) => this.#requests.lost(cause));
    this.#upload =
      settings.streaming && canStreamUploads(settings.url)
        ? new StreamingUpload(this.#requests, () => this.#cutUpload())
        : new PostUpload(this.#requests);
    this.#buffer = new WriteBuffer((waiting) => this.#send(waiting), settings.highWaterMark);
    settings.signal?.addEventListener('abort', this.#onabort);
  }

  /**
   * Called with news of the connection and the server. Never, that is: a session of dialect 1 ends with its download, and
   * its server can't tell.
   *
   * @type {(event: 'detached' | 'attached' | 'draining') => void}
   */
  onstatus = () => {};

  /** Called when the server has ended the upload before the application did: nothing more can be written. */
  onuploadcut = () => {};

  /** How the upload travels; `streaming` becomes `post` where the browser turns out not to stream it. */
  get uploadMode() {
    return this.#upload.mode;
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} the next bytes, at least one; null at the end */
  async read() {
    let bytes;
    try {
      bytes = await this.#download.read();
    } catch (cause) {
      throw await this.#requests.lost(cause);
    }
    if (this.#error) {
      throw this.#error;
    }
    if (!bytes) {
      this.#downloadEnded = true;
      this.#settle();
    }
    return bytes;
  }

  /**
   * Settles when the chunks' memory may be used again.
   *
   * @param {readonly Uint8Array[]} chunks
   * @returns {Promise<void>}
   */
  write(chunks) {
    return this.#buffer.write(chunks);
  }

  /** @param {readonly Uint8Array[]} chunks */
  #send(chunks) {
    return this.#uploading(async () => {
      if (this.#uploadEnded) {
        throw await this.#fail(new DuplexError('UPLOAD_CUT', 'The server had ended the upload'));
      }
      await this.#upload.write(chunks);
    });
  }

  /** Ends the upload. Settles when the server has taken everything. */
  async end() {
    await this.#buffer.flush();
    await this.#uploading(async () => {
      if (!this.#uploadEnded) {
        await this.#upload.end();
        this.#endUpload();
      }
    });
  }

  /**
   * Ends both directions at once, whatever is under way, and lets the server know. Of no effect when the session is
   * over.
   *
   * @param {Error} [error] for what is waiting
   */
  destroy(error = new DuplexError('CANCELLED', 'The duplex was destroyed')) {
    this.#finish(error);
  }

  /**
   * @param {() => Promise<void>} work
   * @returns {Promise<void>} of the work, or of the failure that comes before it settles; whatever the work fails with,
   *   the session has failed then
   */
  #uploading(work) {
    if (this.#error) {
      return Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => {
      this.#rejectUploading = reject;
      work().then(resolve, async (cause) => reject(await this.#requests.lost(cause)));
    });
  }

  /**
   * The first failure wins, from now on, even if its error has yet to be made.
   *
   * @type {import('./requests.js').Fail}
   */
  async #fail(reason) {
    if (this.#state === State.OPEN) {
      this.#state = State.FAILING;
      this.#finish(await reason);
    }
    return this.closed.then(
      () => reason,
      (first) => first,
    );
  }

  #endUpload() {
    this.#uploadEnded = true;
    this.#settle();
  }

  #cutUpload() {
    this.#endUpload();
    this.onuploadcut();
  }

  #settle() {
    if (this.#downloadEnded && this.#uploadEnded) {
      this.#finish();
    }
  }

  /** @param {Error} [error] */
  #finish(error) {
    if (this.#state === State.OVER) {
      return;
    }
    this.#state = State.OVER;
    this.#settings.signal?.removeEventListener('abort', this.#onabort);
    if (!error) {
      this.#closedCleanly();
      return;
    }
    this.#error = error;
    this.#closedWith(error);
    this.#rejectUploading(error);
    this.#requests.cancel().then(() => this.#abortDownload.abort());
  }
}
