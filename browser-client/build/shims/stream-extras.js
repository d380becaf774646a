// What the entry of readable-stream adds to the streams themselves: operators like map() and toArray(), which the
// streams of http2-duplex 6.x don't have either, and functions that the bundles don't export. It asks for these names.
export const streamReturningOperators = {};
export const promiseReturningOperators = {};
export function pipeline() {
  throw new Error('The bundle does not have pipeline()');
}
