import { sha256, thereAndBack } from './file-transfer.js';
import { ThroughputChart } from './throughput-chart.js';
import { Throughput } from './throughput.js';
import { sizeText } from './units.js';

/** The browser hashes a file in memory, in one piece. */
const LARGEST_FILE = 1_000_000_000;
const REDRAW_MILLISECONDS = 100;

const element = (id) => document.getElementById(id);

/** The part of the page that takes a file, and shows how it goes to the server and comes back. */
export class FilePane {
  #open;
  #chart = new ThroughputChart(element('throughput'), element('throughput-top'));
  #stop = new AbortController();

  /** @param {(signal: AbortSignal) => Promise<object>} open opens a duplex to the echo, with the Web Streams face */
  constructor(open) {
    this.#open = open;
    const chooser = element('file');
    chooser.addEventListener('change', () => {
      this.#take(chooser.files);
      chooser.value = ''; // so that the same file can be chosen again
    });
    element('file-stop').addEventListener('click', () => this.#stop.abort());
    document.addEventListener('dragover', (event) => {
      if (event.dataTransfer.types.includes('Files')) {
        event.preventDefault();
        document.body.classList.add('dropping');
      }
    });
    document.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) {
        document.body.classList.remove('dropping');
      }
    });
    document.addEventListener('drop', (event) => {
      document.body.classList.remove('dropping');
      if (event.dataTransfer.files.length > 0) {
        event.preventDefault();
        this.#take(event.dataTransfer.files);
      }
    });
  }

  /** Lets one file travel, in the place of any other. */
  async #take([file]) {
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const run = new Run(file, this.#chart, stop.signal);
    try {
      if (file.size > LARGEST_FILE) {
        throw new Error(`It is larger than ${sizeText(LARGEST_FILE)}, which is as much as this page can hash`);
      }
      await run.travel(await this.#open(stop.signal));
    } catch (error) {
      if (this.#stop === stop) {
        run.failed(stop.signal.aborted ? new Error('Stopped') : error);
      }
    }
  }
}

/** One file's way there and back. */
class Run {
  #file;
  #chart;
  #stopped;
  #throughput = new Throughput();
  #start = performance.now();
  #bytes = { sent: 0, received: 0 };
  #losses = 0;
  #lastDrawn = 0;

  /** @param {File} file @param {ThroughputChart} chart @param {AbortSignal} stopped after which it shows nothing */
  constructor(file, chart, stopped) {
    this.#file = file;
    this.#chart = chart;
    this.#stopped = stopped;
    element('transfer').hidden = false;
    element('file-stop').hidden = false;
    element('hashes').hidden = true;
    this.#show('connecting', 'connecting…');
    this.#draw();
  }

  get #time() {
    return performance.now() - this.#start;
  }

  async travel(duplex) {
    duplex.addEventListener('detached', () => {
      this.#losses += 1;
      this.#throughput.lost(this.#time);
      this.#show('detached', 'reconnecting…');
    });
    duplex.addEventListener('attached', () => this.#show('open', 'there and back'));
    this.#start = performance.now();
    this.#show('open', 'there and back');
    const received = await thereAndBack(this.#file, duplex, {
      onSent: (bytes) => this.#moved('sent', bytes),
      onReceived: (bytes) => this.#moved('received', bytes),
    });
    const time = this.#time;
    this.#draw();
    element('file-stop').hidden = true;
    this.#show('open', 'comparing…');
    await this.#compare(received, time);
  }

  #moved(way, bytes) {
    this.#bytes[way] += bytes;
    this.#throughput.add(this.#time, way, bytes);
    if (this.#time - this.#lastDrawn >= REDRAW_MILLISECONDS) {
      this.#draw();
    }
  }

  #draw() {
    this.#lastDrawn = this.#time;
    this.#chart.draw(this.#throughput, this.#time);
    for (const [way, bytes] of Object.entries(this.#bytes)) {
      const bar = element(`file-${way}`);
      bar.max = Math.max(this.#file.size, 1);
      bar.value = this.#file.size === 0 ? 1 : bytes;
      element(`file-${way}-text`).textContent = sizeText(bytes);
    }
  }

  async #compare(received, time) {
    const hashes = { sent: await sha256(this.#file), received: await sha256(received) };
    if (this.#stopped.aborted) {
      return; // another file has taken its place
    }
    element('hash-sent').textContent = hashes.sent;
    element('hash-received').textContent = hashes.received;
    element('hashes').hidden = false;
    const rate = `${sizeText((this.#file.size * 1000) / Math.max(time, 1))}/s each way`;
    const losses = this.#losses === 0 ? '' : `, ${this.#losses} × reconnected`;
    if (hashes.sent === hashes.received) {
      this.#show('same', `came back unchanged: ${rate}${losses}`);
    } else {
      this.#show('error', `came back changed${losses}`);
    }
  }

  failed(error) {
    element('file-stop').hidden = true;
    const code = error.code ? ` (${error.code})` : '';
    this.#show('error', `${error.message}${code}`);
  }

  #show(state, text) {
    element('file-state').dataset.state = state;
    element('file-state').textContent = `${this.#file.name}, ${sizeText(this.#file.size)}: ${text}`;
  }
}
