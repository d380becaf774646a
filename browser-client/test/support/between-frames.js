import { PING } from '../../src/dialect2/core/frame-types.js';
import { frame, ProtocolError } from '../../src/dialect2/core/frames.js';

const TOKEN = 0xdecade01;

/**
 * Whether a body may end here: a PING that comes next is seen as one, and not as the rest of another frame.
 *
 * @param {import('../../src/dialect2/core/frames.js').FrameDecoder} decoder of no more use afterwards
 */
export function isBetweenFrames(decoder) {
  try {
    const [next] = decoder.decode(frame(PING, [TOKEN]));
    return next?.type === PING && next.fields[0] === TOKEN;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return false;
    }
    throw error;
  }
}
