// Lets a test call functions of this page in an engine that nothing drives: the page asks the test for the next call, and
// tells what came of it. The test's address is in the fragment of the page's own.
const test = location.hash.slice(1);
const page = crypto.randomUUID();
/** What a page should not make: errors that nobody has caught, and messages of scripts in the console. */
const noise = [];
const textOfError = (error) => `${error?.name}: ${error?.message}\n${error?.stack}`;

addEventListener('error', ({ message }) => noise.push(message));
addEventListener('unhandledrejection', ({ reason }) => noise.push(textOfError(reason)));
for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
  const write = console[level];
  console[level] = (...words) => {
    noise.push(`${level}: ${words.join(' ')}`);
    write.apply(console, words);
  };
}

// The requests of a page that goes to the back/forward cache must have ended.
let asking = new AbortController();
addEventListener('pagehide', () => asking.abort());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) {
    asking = new AbortController();
  }
});

/** Goes on until there is an answer. */
async function ask(path, body) {
  for (;;) {
    try {
      const response = await fetch(test + path, { method: body ? 'POST' : 'GET', body, signal: asking.signal });
      return await response.json();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

await import('./page.js');
for (;;) {
  const { number, source, argument } = await ask(`/next?page=${page}`);
  let outcome;
  try {
    outcome = { value: (await (0, eval)(`(${source})`)(argument)) ?? null };
  } catch (error) {
    outcome = { error: textOfError(error) };
  }
  await ask('/outcome', JSON.stringify({ number, ...outcome, noise: noise.splice(0) }));
  // A call may have the page leave: that begins when the test knows its outcome.
  if (window.leave) {
    const back = new Promise((resolve) => addEventListener('pageshow', resolve, { once: true }));
    window.leave();
    window.leave = undefined;
    await back;
  }
}
