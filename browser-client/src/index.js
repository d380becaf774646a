export { make, make as default, FetchDuplex } from './duplex.js';
export { connect } from './web-streams.js';
export { DuplexError, ErrorCode, ResponseError } from './errors.js';
