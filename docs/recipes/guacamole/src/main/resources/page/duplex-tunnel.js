import { connect } from '/web-streams.js';

/**
 * A Guacamole.Tunnel over a duplex. It needs no pings and no timeouts of its own: a lost connection is resumed without a
 * loss, and the tunnel is UNSTABLE meanwhile.
 *
 * @param {string} url of the duplex; what Guacamole.Client.connect is given becomes its query
 * @param {object} [options] of `connect`
 */
export function duplexTunnel(url, options) {
  const { CONNECTING, OPEN, UNSTABLE, CLOSED } = Guacamole.Tunnel.State;
  const tunnel = new Guacamole.Tunnel();
  const encoder = new TextEncoder();
  let leaving;
  let writer;

  tunnel.connect = (data) => {
    leaving = new AbortController();
    tunnel.setState(CONNECTING);
    talk(data).then(
      () => tunnel.setState(CLOSED),
      (error) => fail(error),
    );
  };

  tunnel.disconnect = () => {
    tunnel.setState(CLOSED);
    leaving?.abort();
  };

  tunnel.sendMessage = (...elements) => {
    if (tunnel.isConnected() && elements.length > 0) {
      const instruction = Guacamole.Parser.toInstruction(elements);
      writer.write(encoder.encode(instruction)).catch(() => {}); // reading fails as well
    }
  };

  async function talk(data) {
    const duplex = await connect(data ? `${url}?${data}` : url, { ...options, signal: leaving.signal });
    writer = duplex.writable.getWriter();
    duplex.addEventListener('detached', () => tunnel.isConnected() && tunnel.setState(UNSTABLE));
    duplex.addEventListener('attached', () => tunnel.isConnected() && tunnel.setState(OPEN));
    const parser = new Guacamole.Parser();
    parser.oninstruction = received;
    const instructions = duplex.readable.pipeThrough(new TextDecoderStream()).getReader();
    for (let next; !(next = await instructions.read()).done; ) {
      parser.receive(next.value);
    }
    await duplex.closed;
  }

  function received(opcode, elements) {
    const internal = opcode === Guacamole.Tunnel.INTERNAL_DATA_OPCODE;
    if (tunnel.state === CONNECTING) {
      tunnel.uuid = internal ? elements[0] : null;
      tunnel.setState(OPEN);
    }
    if (!internal) {
      tunnel.oninstruction?.(opcode, elements);
    }
  }

  function fail(error) {
    if (tunnel.state !== CLOSED) {
      tunnel.onerror?.(new Guacamole.Status(statusCode(error), error.message));
      tunnel.setState(CLOSED);
    }
  }

  return tunnel;
}

/** The server's application resets a duplex with a status code of Guacamole's. */
function statusCode(error) {
  const { Code } = Guacamole.Status;
  if (error.code === 'APPLICATION') {
    return error.number;
  }
  return error.response ? Code.fromHTTPCode(error.response.status) : Code.UPSTREAM_NOT_FOUND;
}
