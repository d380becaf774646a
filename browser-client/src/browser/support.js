/** @type {boolean | undefined} */
let streamsRequests;

/** @param {URL} url @returns {boolean} whether request bodies can be streamed to it, as far as is known */
export function canStreamUploads(url) {
  streamsRequests ??= fetchStreamsRequests();
  // Browsers stream request bodies over HTTP/2 and HTTP/3 only, and speak neither in clear text.
  return streamsRequests && url.protocol === 'https:' && !isKnownAsHttp1(url.origin);
}

/** A browser that does not stream bodies makes text of the stream and adds a Content-Type, or ignores `duplex`. */
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

/** @param {string} origin whose last finished response, perhaps the page itself, shows the version of HTTP */
function isKnownAsHttp1(origin) {
  const known = /** @type {PerformanceResourceTiming[]} */ (performance.getEntries?.() ?? []).filter(
    (entry) => entry.nextHopProtocol && entry.name.startsWith(`${origin}/`),
  );
  return known.at(-1)?.nextHopProtocol.startsWith('http/') ?? false;
}
