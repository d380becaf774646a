/** @type {boolean | undefined} */
let streamsRequests;

/**
 * Whether a request body can be streamed to that address, as far as can be told without sending anything.
 *
 * @param {URL} url
 * @returns {boolean}
 */
export function canStreamUploads(url) {
  streamsRequests ??= fetchStreamsRequests();
  // Browsers stream request bodies over HTTP/2 and HTTP/3 only, and speak neither in clear text.
  return streamsRequests && url.protocol === 'https:' && !isKnownAsHttp1(url.origin);
}

/**
 * A browser that knows no streams as request bodies turns one into text, and so gives the request a Content-Type, or
 * never looks at the option `duplex`.
 */
function fetchStreamsRequests() {
  let asked = false;
  const init = {
    method: 'POST',
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return 'half';
    },
  };
  return !new Request('https://localhost/', init).headers.has('content-type') && asked;
}

/**
 * Looks at what the page has got from there before, itself included: the download, which has not ended, is not in the
 * list yet.
 *
 * @param {string} origin
 */
function isKnownAsHttp1(origin) {
  const known = /** @type {PerformanceResourceTiming[]} */ (performance.getEntries()).filter(
    (entry) => entry.nextHopProtocol && entry.name.startsWith(`${origin}/`),
  );
  return known.at(-1)?.nextHopProtocol.startsWith('http/') ?? false;
}
