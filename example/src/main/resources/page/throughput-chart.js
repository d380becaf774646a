import { sizeText } from './units.js';

const WIDTH = 100;
const HEIGHT = 30;
const WAYS = ['sent', 'received'];

/** Draws the record of a transfer's throughput into an SVG element: a line each way, and where the connection was lost. */
export class ThroughputChart {
  #svg;
  #top;

  /**
   * @param {SVGSVGElement} svg with a polyline for each way, and a path for the losses, of these classes
   * @param {HTMLElement} top tells what the upper edge means
   */
  constructor(svg, top) {
    this.#svg = svg;
    this.#top = top;
  }

  draw(throughput, time) {
    const rates = WAYS.map((way) => throughput.rates(way, time));
    const highest = Math.max(1, ...rates.flat());
    const x = (milliseconds) => ((milliseconds / Math.max(time, 1)) * WIDTH).toFixed(2);
    const y = (rate) => ((1 - rate / highest) * HEIGHT).toFixed(2);
    WAYS.forEach((way, i) => {
      const points = rates[i].map((rate, span) => `${x((span + 0.5) * throughput.span)},${y(rate)}`);
      this.#svg.querySelector(`.${way}`).setAttribute('points', points.join(' '));
    });
    const marks = throughput.losses.map((loss) => `M${x(loss)} 0V${HEIGHT}`);
    this.#svg.querySelector('.losses').setAttribute('d', marks.join(''));
    this.#top.textContent = rates[0].length === 0 ? '' : `${sizeText(highest)}/s`;
  }
}
