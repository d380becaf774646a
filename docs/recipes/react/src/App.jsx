import { useState } from 'react';
import { useDuplex } from './useDuplex.js';

export function App() {
  const [here, setHere] = useState(true);
  return (
    <>
      <button onClick={() => setHere(!here)}>{here ? 'Leave' : 'Come back'}</button>
      {here && <Echo url="/echo" />}
    </>
  );
}

function Echo({ url }) {
  const [decoder] = useState(() => new TextDecoder());
  const [heard, setHeard] = useState('');
  const { status, write, error } = useDuplex(url, (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    setHeard((before) => before + text);
  });

  function say(form) {
    write(new TextEncoder().encode(form.get('line') + '\n'));
  }

  return (
    <>
      <form action={say}>
        <fieldset disabled={status !== 'open'}>
          <label>
            Say <input name="line" autoComplete="off" />
          </label>
          <button>Send</button>
        </fieldset>
      </form>
      <p role="status">{status}</p>
      {error && <p role="alert">{error.message}</p>}
      <pre>{heard}</pre>
    </>
  );
}
