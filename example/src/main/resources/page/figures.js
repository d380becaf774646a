import { bytesText } from './units.js';

/** Counts the bytes of one duplex, and takes the time that the echo needs; shows both as they change. */
export class Figures {
  #elements;
  #sent = 0;
  #received = 0;
  /** When which offset was written: what has not come back yet. */
  #underWay = [];

  constructor(elements) {
    this.#elements = elements;
  }

  restart() {
    this.#sent = 0;
    this.#received = 0;
    this.#underWay = [];
    this.#show(this.#elements.sent, 0, '0 B');
    this.#show(this.#elements.received, 0, '0 B');
    this.#show(this.#elements.rtt, '', '–');
  }

  wrote(length) {
    this.#sent += length;
    this.#underWay.push({ offset: this.#sent, at: performance.now() });
    this.#show(this.#elements.sent, this.#sent, bytesText(this.#sent));
  }

  read(length) {
    this.#received += length;
    this.#show(this.#elements.received, this.#received, bytesText(this.#received));
    let back;
    while (this.#underWay.length > 0 && this.#underWay[0].offset <= this.#received) {
      back = this.#underWay.shift();
    }
    if (back) {
      const time = performance.now() - back.at;
      this.#show(this.#elements.rtt, time, `${time.toFixed(1)} ms`);
    }
  }

  #show(element, value, text) {
    element.dataset.value = value;
    element.textContent = text;
  }
}
