// Atmosphere by long polling, with its own client. Messages are text, so bytes are in base64. Each message up is a POST of its
// own, which others may overtake: it begins with its number. A message down has a line for each that waited for the poll.
import { untilClosed } from './reading.js';

/** How many POSTs may be under way; Atmosphere has no bound of its own. The server confirms them, 50 at a time. */
const MAX_UNDER_WAY = 200;
/** What a line of the server begins with that tells how many have come. */
const CONFIRMATION = '!';

export const atmosphere = () => ({
  async open(path, onBytes, onFailure) {
    const { default: library } = await import('/atmosphere.js');
    const failure = untilClosed(onFailure);
    let sent = 0;
    let confirmed = 0;
    let resume = () => {};
    let socket;
    await new Promise((resolve) => {
      socket = library.subscribe({
        url: `${location.origin}/atmosphere${path}`,
        transport: 'long-polling',
        fallbackTransport: 'long-polling',
        contentType: 'text/plain',
        trackMessageLength: true,
        onOpen: resolve,
        onMessage: ({ responseBody }) => responseBody.split('\n').forEach(line),
        onError: ({ status, reasonPhrase }) => failure.report(new Error(`Atmosphere: ${status} ${reasonPhrase}`)),
        onClose: () => failure.report(new Error('Atmosphere closed')),
        onFailureToReconnect: () => failure.report(new Error('Atmosphere did not reconnect')),
      });
    });

    function line(text) {
      if (text.startsWith(CONFIRMATION)) {
        confirmed = Number(text.slice(CONFIRMATION.length));
        resume();
      } else {
        onBytes(Uint8Array.fromBase64(text));
      }
    }

    return {
      write(bytes) {
        socket.push(`${sent++} ${bytes.toBase64()}`);
        return sent - confirmed < MAX_UNDER_WAY ? undefined : new Promise((resolve) => (resume = resolve));
      },
      close() {
        failure.ignore();
        socket.close();
      },
    };
  },
});
