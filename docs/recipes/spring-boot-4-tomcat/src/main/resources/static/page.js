import { connect } from '/http2-duplex/web-streams.js';

const duplex = await connect('/echo');
const writer = duplex.writable.getWriter();
const said = document.querySelector('pre');

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  writer.write(new TextEncoder().encode(`${event.target.line.value}\n`));
  event.target.reset();
});
document.querySelector('fieldset').disabled = false;

const lines = duplex.readable.pipeThrough(new TextDecoderStream()).getReader();
for (let next; !(next = await lines.read()).done; ) {
  said.append(next.value);
}
