// A simulated application on one end of a duplex, which acts from a seed.
import assert from 'node:assert/strict';

/** The number that the client's application resets with; the server's has one more. */
export const APPLICATION_RESET = 300;

/** @typedef {{ write(bytes: Uint8Array): number, end(): void, read(): Uint8Array | null, isAtEnd: boolean, reset(number: number, reason: string): void, isClosed: boolean }} Core */

/** What an application writes at an offset of a direction. */
const byteAt = (/** @type {number} */ offset, /** @type {number} */ salt) =>
  (offset * 7 + (offset >> 8) * 13 + salt) & 255;

/** Writes, reads, ends and resets at random. */
export class Application {
  /** @type {Uint8Array | undefined} what there was no room for */
  #waiting;
  written = 0;
  read = 0;
  #total;
  #hasEnded = false;
  #salt;
  #otherSalt;
  #world;
  #core;
  #isEager;
  #laziness;
  #pace;
  #changed;
  hasReset = false;
  sawEnd = false;

  /**
   * @param {import('./simulated-network.js').World} world
   * @param {Core} core
   * @param {{ total: number, resets: boolean, salt: number }} plan
   * @param {() => void} changed called when it has done something
   */
  constructor(world, core, { total, resets, salt }, changed) {
    this.#world = world;
    this.#core = core;
    this.#total = total;
    this.#salt = salt;
    this.#otherSalt = 1 - salt;
    this.#changed = changed;
    this.#isEager = world.chance(0.7);
    this.#laziness = world.oneOf([100, 1_000, 20_000]);
    this.#pace = world.oneOf([0, 10, 1_000, 10_000]);
    world.after(world.between(0, 1_000), () => this.#writeSome());
    if (!this.#isEager) {
      world.after(world.between(0, this.#laziness), () => this.#readSome());
    }
    if (resets) {
      world.after(world.between(0, 10_000), () => this.#reset());
    }
  }

  /** The page was reloaded: the application goes on where it was. @param {Core} core the new page's */
  reload(core) {
    this.#core = core;
  }

  /** Something may have changed. */
  look() {
    if (this.#waiting) {
      this.#write(this.#waiting);
    }
    if (this.#isEager || this.#core.isClosed) {
      while (this.#take());
    }
  }

  #writeSome() {
    if (this.#core.isClosed || this.#waiting) {
      return;
    }
    const size = Math.min(this.#total - this.written, Math.ceil(this.#total ** this.#world.random()));
    if (size > 0) {
      this.#write(Uint8Array.from({ length: size }, (_, i) => byteAt(this.written + i, this.#salt)));
    } else if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#core.end();
    }
    this.#changed();
  }

  /** @param {Uint8Array} bytes */
  #write(bytes) {
    const taken = this.#core.write(bytes);
    this.written += taken;
    this.#waiting = taken < bytes.length ? bytes.subarray(taken) : undefined;
    if (!this.#waiting) {
      this.#world.after(this.#world.between(0, this.#pace), () => this.#writeSome());
    }
  }

  #readSome() {
    while (this.#take());
    this.#changed();
    if (!this.sawEnd && !this.#core.isClosed) {
      this.#world.after(this.#world.between(0, this.#laziness), () => this.#readSome());
    }
  }

  #take() {
    const bytes = this.#core.read();
    for (const byte of bytes ?? []) {
      if (byte !== byteAt(this.read, this.#otherSalt)) {
        assert.fail(`a byte is not the one that was written at offset ${this.read}`);
      }
      this.read++;
    }
    this.sawEnd ||= this.#core.isAtEnd;
    return bytes !== null;
  }

  #reset() {
    if (!this.#core.isClosed) {
      this.hasReset = true;
      this.#core.reset(APPLICATION_RESET + this.#salt, 'enough');
      this.#changed();
    }
  }
}
