import { ErrorCode } from './errors.js';

/** @typedef {import('./errors.js').ErrorCodeName} ErrorCodeName */

/** @param {number} number of a reset that has come @returns {ErrorCodeName} */
export function codeOfReset(number) {
  const names = /** @type {ErrorCodeName[]} */ (Object.keys(ErrorCode));
  return (
    names.find((name) => ErrorCode[name] === number) ?? (number < ErrorCode.APPLICATION ? 'CANCELLED' : 'APPLICATION')
  );
}

/** @param {number} status of the answer to an upload, or to a resuming GET @returns {ErrorCodeName} */
export function codeOfRefusedUpload(status) {
  if (status === 404 || status === 410) {
    return 'UNKNOWN_SESSION';
  }
  return status === 413 ? 'TOO_LARGE' : codeOfRefusedOpening(status);
}

/** @param {number} status of the answer to the opening GET @returns {ErrorCodeName} */
export function codeOfRefusedOpening(status) {
  return status === 429 || status === 503 ? 'OVERLOADED' : 'REFUSED';
}
