/** How many spans a record keeps at most: as many as a chart can show. */
const MOST_SPANS = 160;
const FIRST_SPAN_MILLISECONDS = 100;

/**
 * How fast bytes go each way, over time: a record of equal spans, which become longer as the time does. Times are in
 * milliseconds from the beginning of the record, rates in bytes a second.
 */
export class Throughput {
  #span = FIRST_SPAN_MILLISECONDS;
  #bytes = { sent: [], received: [] };
  #losses = [];

  /** So many bytes went one way. */
  add(time, way, bytes) {
    let span = Math.floor(time / this.#span);
    while (span >= MOST_SPANS) {
      this.#lengthen();
      span = Math.floor(time / this.#span);
    }
    const spans = this.#bytes[way];
    while (spans.length <= span) {
      spans.push(0);
    }
    spans[span] += bytes;
  }

  #lengthen() {
    this.#span *= 2;
    for (const [way, spans] of Object.entries(this.#bytes)) {
      this.#bytes[way] = spans.flatMap((bytes, i) => (i % 2 === 0 ? [bytes + (spans[i + 1] ?? 0)] : []));
    }
  }

  /** The connection was lost. */
  lost(time) {
    this.#losses.push(time);
  }

  /** The rates of one way up to a time, one for each span that is over. */
  rates(way, time) {
    const over = Math.min(Math.floor(time / this.#span), MOST_SPANS);
    return Array.from({ length: over }, (_, i) => ((this.#bytes[way][i] ?? 0) * 1000) / this.#span);
  }

  /** When the connection was lost. */
  get losses() {
    return this.#losses;
  }

  /** How long a span is. */
  get span() {
    return this.#span;
  }
}
