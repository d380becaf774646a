import { abortedBy } from '../browser/responses.js';
import { canStreamUploads } from '../browser/support.js';
import { DuplexError } from '../errors.js';
import { Download } from './download.js';
import { PostUpload } from './post-upload.js';
import { Requests } from './requests.js';
import { StreamingUpload } from './streaming-upload.js';
import { WriteBuffer } from './write-buffer.js';

/** @typedef {import('../session.js').Session} Session */

/**
 * The states of a session. Its moves:
 *
 *     OPEN ---- both directions have ended, or it is destroyed ----> CLOSED
 *       \---- the first failure ----> FAILING ---- its error is ready, or it is destroyed ----> CLOSED
 */
const OPEN = 0;
const FAILING = 1;
const CLOSED = 2;

/**
 * A session of dialect 1: one download, one upload, and the first failure of either, which ends both.
 * @implements {Session}
 */
export class Dialect1Session {
  #state = OPEN;
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
  #resolveClosed = () => {};
  /** @type {((error: Error) => void)[]} the rejections of `closed` and of the upload under way */
  #reject = [];
  /** Aborted when there is nothing to listen to any more. */
  #life = new AbortController();

  /** Never called: a session of dialect 1 ends with its download, and its server can't announce anything. */
  onstatus = /** @type {Session['onstatus']} */ (() => {});

  onuploadcut = () => {};

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {import('./download.js').Reader} reader of the body of the response to the opening request
   * @param {AbortController} abortDownload
   */
  constructor(settings, id, reader, abortDownload) {
    const { signal, streaming, url, highWaterMark } = settings;
    this.id = id;
    this.#abortDownload = abortDownload;
    /** @type {Promise<void>} */
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#reject = [reject];
    });
    // An application that ignores this promise learns of the failure from reading or writing.
    this.closed.catch(() => {});
    this.#requests = new Requests(settings, id, (reason) => this.#fail(reason), this.closed);
    this.#download = new Download(reader, (cause) => this.#requests.lost(cause));
    this.#upload =
      streaming && canStreamUploads(url)
        ? new StreamingUpload(this.#requests, () => this.#cutUpload())
        : new PostUpload(this.#requests);
    this.#buffer = new WriteBuffer((waiting) => this.#send(waiting), highWaterMark);
    signal?.addEventListener('abort', () => this.destroy(abortedBy(signal)), this.#life);
  }

  /** @type {import('../options.js').DownloadMode} */
  downloadMode = 'streaming';

  get uploadMode() {
    return this.#upload.mode;
  }

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

  /** @param {readonly Uint8Array[]} chunks */
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

  async end() {
    await this.#buffer.flush();
    await this.#uploading(async () => {
      if (!this.#uploadEnded) {
        await this.#upload.end();
        this.#endUpload();
      }
    });
  }

  destroy(error = /** @type {Error} */ (new DuplexError('CANCELLED', 'The duplex was destroyed'))) {
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
      this.#reject[1] = reject;
      work().then(resolve, async (cause) => reject(await this.#requests.lost(cause)));
    });
  }

  /** The first failure wins, from now on, even if its error has yet to be made. @type {import('./requests.js').Fail} */
  async #fail(reason) {
    if (this.#state === OPEN) {
      this.#state = FAILING;
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
    if (this.#state === CLOSED) {
      return;
    }
    this.#state = CLOSED;
    this.#life.abort();
    if (!error) {
      this.#resolveClosed();
      return;
    }
    this.#error = error;
    this.#reject.forEach((reject) => reject(error));
    this.#requests.cancel().then(() => this.#abortDownload.abort());
  }
}
