// Apache Guacamole's HTTP tunnel, with its own client of the tunnel. Bytes go in instructions, as its own do: blobs of at
// most 6,048 of them, in base64.
import { untilClosed } from './reading.js';

/** As its writers have it: an instruction has at most 8,192 characters. */
const BLOB = 6048;
/** In bytes; its tunnel has no bound of its own. The server confirms what has come. */
const BUFFER = 4_000_000;

export const guacamole = () => ({
  async open(path, onBytes, onFailure) {
    const { Guacamole } = await import('/guacamole.js');
    const failure = untilClosed(onFailure);
    const tunnel = new Guacamole.HTTPTunnel(`/guacamole${path}`);
    let sent = 0;
    let confirmed = 0;
    let resume = () => {};
    await new Promise((resolve, reject) => {
      tunnel.onstatechange = (state) => {
        if (state === Guacamole.Tunnel.State.OPEN) {
          resolve();
        } else if (state === Guacamole.Tunnel.State.CLOSED) {
          failure.report(new Error('the tunnel was closed'));
        }
      };
      tunnel.onerror = ({ code, message }) => {
        reject(new Error(`Guacamole: ${code} ${message}`));
        failure.report(new Error(`Guacamole: ${code} ${message}`));
      };
      tunnel.oninstruction = (opcode, [, content]) => {
        if (opcode === 'blob') {
          onBytes(Uint8Array.fromBase64(content));
        } else if (opcode === 'ack') {
          confirmed = Number(content);
          resume();
        }
      };
      tunnel.connect('');
    });
    return {
      write(bytes) {
        for (let at = 0; at < bytes.length; at += BLOB) {
          tunnel.sendMessage('blob', 0, bytes.subarray(at, at + BLOB).toBase64());
        }
        sent += bytes.length;
        return sent - confirmed < BUFFER ? undefined : new Promise((resolve) => (resume = resolve));
      },
      close() {
        failure.ignore();
        tunnel.sendMessage('disconnect');
        tunnel.disconnect();
      },
    };
  },
});
