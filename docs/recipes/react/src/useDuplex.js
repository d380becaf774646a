import { useEffect, useEffectEvent, useState } from 'react';
import { connect } from '@http2-duplex/browser-client/web-streams';

const OPENING = { status: 'opening' };

/**
 * A hook that opens a duplex when its component is mounted, or the URL changes, and destroys it when the component is
 * unmounted.
 *
 * @param {string} url where the server has a duplex
 * @param {(bytes: Uint8Array) => unknown} received called with what comes; if it returns a promise, nothing more is read
 *   until that is settled
 * @returns `status` is 'opening', 'open', 'closed' (both sides have ended) or 'failed'. If it is open, `write(bytes)` is a
 *   promise of room for more, and `end()` ends this side. If it has failed, `error` says why.
 */
export function useDuplex(url, received) {
  const [state, setState] = useState({ url, ...OPENING });
  const onReceived = useEffectEvent(received);

  useEffect(() => {
    const unmounting = new AbortController();
    const { signal } = unmounting;
    const change = (changed) => signal.aborted || setState({ url, ...changed });

    async function use() {
      // StrictMode mounts, unmounts and mounts again before this goes on: the first time opens nothing.
      await null;
      signal.throwIfAborted();
      const { readable, writable, closed } = await connect(url, { signal });
      const writer = writable.getWriter();
      const quietly = (promise) => promise.catch(() => {}); // what fails here fails reading as well
      change({
        status: 'open',
        write: (bytes) => quietly(writer.write(bytes)),
        end: () => quietly(writer.close()),
      });
      const reader = readable.getReader();
      for (let next; !(next = await reader.read()).done; ) {
        await onReceived(next.value);
      }
      await closed;
    }

    use().then(
      () => change({ status: 'closed' }),
      (error) => change({ status: 'failed', error }),
    );
    return () => unmounting.abort();
  }, [url]);

  return state.url === url ? state : OPENING;
}
