// A simulated tab of a browser, whose page may be reloaded: its events, its sessionStorage, and the browser's locks.

/** As browsers have it: so many UTF-16 code units, of names and values. */
const QUOTA = 5 * 1024 * 1024;

const NAVIGATOR = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

/** What a browser's sessionStorage does, and no more. */
export class SimulatedStorage {
  getItem = (/** @type {string} */ key) => Object.getOwnPropertyDescriptor(this, key)?.value ?? null;
  removeItem = (/** @type {string} */ key) => void delete (/** @type {any} */ (this)[key]);

  constructor() {
    for (const method of ['getItem', 'removeItem', 'setItem']) {
      Object.defineProperty(this, method, { enumerable: false });
    }
  }

  setItem = (/** @type {string} */ key, /** @type {string} */ value) => {
    const others = Object.entries(this).filter(([name]) => name !== key);
    const size = [...others, [key, value]].reduce((sum, [name, text]) => sum + name.length + String(text).length, 0);
    if (size > QUOTA) {
      throw new DOMException('full', 'QuotaExceededError');
    }
    /** @type {any} */ (this)[key] = value;
  };
}

/** What a browser's locks do of what the client needs: exclusive ones, each for as long as a promise is pending. */
export class SimulatedLocks {
  /** @type {Map<string, Promise<unknown>>} */
  #held = new Map();

  /** @param {string} name @param {{ signal: AbortSignal }} options @param {() => Promise<unknown>} granted */
  async request(name, { signal }, granted) {
    const aborted = new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    aborted.catch(() => {});
    for (let before; (before = this.#held.get(name));) {
      await Promise.race([before, aborted]);
    }
    const over = granted();
    this.#held.set(name, over);
    over.then(() => this.#held.delete(name));
    return over;
  }
}

/** The globals that a page of a tab has. */
export class Tab extends EventTarget {
  sessionStorage = new SimulatedStorage();
  /** @type {Tab[]} */
  copies = [];

  /** The page is shown in this tab: the globals are its own. @param {SimulatedLocks} [locks] none in a page without TLS */
  show(locks) {
    const global = /** @type {any} */ (globalThis);
    global.addEventListener = this.addEventListener.bind(this);
    global.removeEventListener = this.removeEventListener.bind(this);
    for (const [name, value] of Object.entries({ sessionStorage: this.sessionStorage, navigator: { locks } })) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return this;
  }

  /** The globals are Node's own again. */
  close() {
    for (const name of ['addEventListener', 'removeEventListener', 'sessionStorage', 'navigator']) {
      Reflect.deleteProperty(globalThis, name);
    }
    if (NAVIGATOR) {
      Object.defineProperty(globalThis, 'navigator', NAVIGATOR);
    }
  }

  /** The page is left, for good or for the back/forward cache. @param {boolean} [persisted] */
  leave(persisted = false) {
    this.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }));
  }

  /** The user duplicates the tab. */
  duplicate() {
    const copy = new Tab();
    this.copies.push(copy);
    Object.entries(this.sessionStorage).forEach(([key, value]) => copy.sessionStorage.setItem(key, value));
    return copy;
  }

  get entries() {
    return Object.keys(this.sessionStorage);
  }
}
