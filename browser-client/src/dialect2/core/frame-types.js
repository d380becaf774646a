/** The types of frames (docs/protocol.md, "Frames"), in a module of their own: `FrameType.DATA`. */
export const DATA = 0;
export const WINDOW = 1;
export const PING = 2;
export const PONG = 3;
export const END = 4;
export const RESET = 5;
export const ROTATE = 6;
export const HELLO = 7;
export const DRAIN = 8;
/** Only on a socket, from the client: elsewhere it is skipped like an unknown type. */
export const ATTACH = 9;
/** Reserved: a frame that means nothing. */
export const PADDING = 127;
