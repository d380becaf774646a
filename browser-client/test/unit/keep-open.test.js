import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { DuplexError, ResponseError } from '../../src/errors.js';
import { make } from '../../src/index.js';
import { keepOpen, KeptOpen } from '../../src/keep-open.js';
import { SimulatedDuplex, SimulatedEnvironment } from '../support/simulated-page.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

const failed = (/** @type {import('../../src/errors.js').ErrorCodeName} */ code, options = {}) =>
  new DuplexError(code, `failed with ${code}`, options);

/** @param {number} status @param {string} code @param {number} [retryAfter] seconds */
function refused(status, code, retryAfter) {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
  return Object.assign(new ResponseError(new Response(null, { status, headers })), { code });
}

/**
 * Something kept open over simulated duplexes.
 *
 * @param {object} [options]
 * @param {(duplex: any, context: { signal: AbortSignal }) => unknown} [use] by default as long as the duplex
 */
function kept(options = {}, use = (duplex) => duplex.closed) {
  const environment = new SimulatedEnvironment();
  /** @type {SimulatedDuplex[]} */
  const duplexes = [];
  /** @type {Error[]} what the next openings fail with */
  const refusals = [];
  let openings = 0;
  const connect = async (/** @type {unknown} */ _url, /** @type {{ signal: AbortSignal }} */ { signal }) => {
    openings++;
    const refusal = refusals.shift();
    if (refusal) {
      throw refusal;
    }
    const duplex = new SimulatedDuplex(signal);
    duplexes.push(duplex);
    return duplex;
  };
  const all = { connect: /** @type {any} */ (connect), min_pause: 1_000, max_pause: 30_000, ...options };
  const page = new KeptOpen('/chat', all, use, environment);
  /** @type {string[]} */
  const states = [];
  page.addEventListener('state', () => states.push(page.state));
  return {
    page,
    environment,
    duplexes,
    refusals,
    states,
    openings: () => openings,
    last: () => /** @type {SimulatedDuplex} */ (duplexes.at(-1)),
    /** @returns {Promise<any>} what it has ended for good with; undefined for nothing */
    ended: () =>
      page.closed.then(
        () => undefined,
        (error) => error,
      ),
  };
}

for (const failure of [
  failed('CONNECTION_LOST'),
  failed('TIMED_OUT'),
  failed('SHUT_DOWN'),
  failed('HANDLER_FAILED'),
  failed('PROTOCOL_ERROR'),
  refused(404, 'UNKNOWN_SESSION'),
  refused(410, 'UNKNOWN_SESSION'),
  failed('APPLICATION', { number: 65283 }),
]) {
  test(`a duplex that fails with ${failure.code} is followed by another one`, async () => {
    const { environment, duplexes, states, last, page } = kept();
    await environment.pass();
    last().fail(failure);
    await environment.pass();
    assert.equal(page.error, failure);
    await environment.pass(1_000);
    assert.equal(duplexes.length, 2);
    assert.deepEqual(states, ['connecting', 'open', 'waiting', 'connecting', 'open']);
    assert.equal(page.error, undefined);
    page.stop();
  });
}

for (const refusal of [
  failed('CONNECTION_LOST'),
  failed('TIMED_OUT'),
  refused(502, 'REFUSED'),
  refused(503, 'OVERLOADED'),
  refused(429, 'OVERLOADED'),
  refused(404, 'REFUSED'),
]) {
  test(`an opening that fails with ${refusal.message} is tried again`, async () => {
    const { environment, refusals, states, page } = kept();
    refusals.push(refusal);
    await environment.pass();
    await environment.pass(1_000);
    assert.deepEqual(states, ['connecting', 'waiting', 'connecting', 'open']);
    page.stop();
  });
}

for (const [refusal, message] of /** @type {const} */ ([
  [refused(401, 'REFUSED'), /sign in/],
  [refused(403, 'REFUSED'), /not allowed/],
  [refused(400, 'REFUSED'), /./],
])) {
  test(`an opening that is refused with ${refusal.message} ends it for good`, async () => {
    const { environment, refusals, states, page, ended } = kept();
    refusals.push(refusal);
    assert.equal(await ended(), refusal);
    assert.deepEqual(states, ['connecting', 'closed']);
    assert.equal(page.error, refusal);
    assert.match(page.message, message);
    assert.equal(environment.timers, 0);
  });
}

test('an account that is refused later ends it for good', async () => {
  const { environment, last, ended } = kept();
  await environment.pass();
  const refusal = refused(403, 'REFUSED');
  last().fail(refusal);
  assert.equal(await ended(), refusal);
});

test('a reset by the application of the server ends it for good', async () => {
  const { environment, last, ended } = kept();
  await environment.pass();
  const reset = failed('APPLICATION', { number: 300 });
  last().fail(reset);
  assert.equal(await ended(), reset);
});

test('it has ended when its use is done, and what is left of the duplex is destroyed', async () => {
  const { environment, last, page, states, ended } = kept({}, () => {});
  await environment.pass();
  assert.equal(last().isDestroyed, false, 'what was written may be on its way');
  await environment.pass(2_000);
  assert.equal(await ended(), undefined);
  assert.equal(last().isDestroyed, true);
  assert.deepEqual(states, ['connecting', 'open', 'closed']);
  assert.equal(page.message, 'Closed');
  assert.equal(environment.timers, 0);
});

test('it has ended when the duplex has ended and its use is done', async () => {
  const { environment, last, ended } = kept();
  await environment.pass();
  last().end();
  assert.equal(await ended(), undefined);
  assert.equal(last().isDestroyed, false);
  assert.equal(environment.timers, 0);
});

test('a duplex that its use has cancelled is one that has ended', async () => {
  const { environment, ended, states } = kept({}, (duplex) => duplex.fail(failed('CANCELLED')));
  await environment.pass();
  assert.equal(await ended(), undefined);
  assert.deepEqual(states, ['connecting', 'open', 'closed']);
});

test('what its use throws ends it for good, and destroys the duplex', async () => {
  const bug = new TypeError('a bug of the page');
  const { last, states, page, ended } = kept({}, () => {
    throw bug;
  });
  assert.equal(await ended(), bug);
  assert.equal(last().isDestroyed, true);
  assert.deepEqual(states, ['connecting', 'open', 'closed']);
  assert.equal(page.error, bug);
});

for (const [what, bug] of /** @type {const} */ ([
  ['a number for a code', new DOMException('the storage is full', 'QuotaExceededError')],
  ['a code of its own', Object.assign(new Error('a bug of the page'), { code: 'ERR_BUG' })],
  ['a response', Object.assign(new Error('another server'), { code: 'ERR_BAD_REQUEST', response: { status: 404 } })],
  ['a response that asks to sign in', Object.assign(new Error('another server'), { response: { status: 401 } })],
])) {
  test(`what its use throws ends it for good, and is one of the page, although it has ${what}`, async () => {
    const { environment, openings, page, ended } = kept({}, () => {
      throw bug;
    });
    const over = ended();
    await environment.pass();
    await environment.pass(60_000);
    assert.equal(openings(), 1);
    assert.equal(await over, bug);
    assert.equal(page.message, 'Something went wrong in this page.');
  });
}

test('an address that is none ends it for good, and is a fault of the page, whatever code it has', async () => {
  const { environment, refusals, openings, page, ended } = kept();
  refusals.push(Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }));
  const over = ended();
  await environment.pass();
  assert.equal((await over).message, 'Invalid URL');
  assert.equal(openings(), 1);
  assert.equal(page.message, 'Something went wrong in this page.');
});

test('what its use throws is no unhandled rejection if it is the failure of the duplex, and is one otherwise', async () => {
  for (const [error, count] of /** @type {const} */ ([
    [failed('APPLICATION', { number: 300 }), 0],
    [new DOMException('the storage is full', 'QuotaExceededError'), 1],
  ])) {
    /** @type {unknown[]} */
    const unhandled = [];
    const others = process.rawListeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => unhandled.push(reason));
    const { environment, page } = kept({}, () => {
      throw error;
    });
    await environment.pass();
    await environment.pass();
    process.removeAllListeners('unhandledRejection');
    others.forEach((listener) => process.on('unhandledRejection', /** @type {any} */ (listener)));
    assert.equal(page.state, 'closed');
    assert.deepEqual(unhandled, Array(count).fill(error));
  }
});

test('what its use throws when the duplex has failed is about the duplex', async () => {
  const { environment, duplexes, last, page } = kept({}, async (duplex) => {
    await duplex.closed.catch(() => {});
    throw new TypeError('there is no message');
  });
  await environment.pass();
  last().fail(failed('CONNECTION_LOST'));
  await environment.pass();
  await environment.pass(1_000);
  assert.equal(duplexes.length, 2);
  page.stop();
});

test('a failure that its use has caught is followed by another duplex', async () => {
  const { environment, duplexes, last, page } = kept({}, (duplex) => duplex.closed.catch(() => {}));
  await environment.pass();
  last().fail(failed('SHUT_DOWN'));
  await environment.pass();
  await environment.pass(1_000);
  assert.equal(duplexes.length, 2);
  page.stop();
});

test('the signal tells its use that the duplex is closed; what it does after 2 seconds is not waited for', async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  const { environment, duplexes, last, page } = kept({}, (_duplex, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  await environment.pass();
  const lost = failed('CONNECTION_LOST');
  last().fail(lost);
  await environment.pass();
  assert.equal(signals[0].aborted, true);
  assert.equal(signals[0].reason, lost);
  await environment.pass(1_999);
  assert.notEqual(page.state, 'waiting');
  await environment.pass(1);
  assert.equal(page.state, 'waiting');
  await environment.pass(1_000);
  assert.equal(duplexes.length, 2);
  assert.equal(signals[1].aborted, false);
  page.stop();
});

test('a server that drains is left, and another duplex opened, although nothing has failed', async () => {
  const { environment, duplexes, states, last, page } = kept();
  await environment.pass();
  last().happens('draining');
  assert.match(page.message, /about to restart/);
  last().end();
  await environment.pass();
  await environment.pass(1_000);
  assert.equal(duplexes.length, 2);
  assert.deepEqual(states, ['connecting', 'open', 'draining', 'waiting', 'connecting', 'open']);
  page.stop();
});

test('a duplex that goes on over another connection is no other duplex', async () => {
  const { environment, states, last, page, openings } = kept();
  await environment.pass();
  last().happens('detached');
  last().happens('attached');
  last().happens('draining');
  last().happens('detached');
  last().happens('attached');
  assert.deepEqual(states, ['connecting', 'open', 'detached', 'open', 'draining', 'detached', 'draining']);
  assert.equal(openings(), 1);
  page.stop();
  await environment.pass();
  last().happens('detached');
  assert.equal(page.state, 'closed');
});

test('the pauses are random, and their bound doubles up to the longest', async () => {
  const { environment, refusals, openings, page } = kept({ min_pause: 100, max_pause: 500 });
  refusals.push(...Array.from({ length: 7 }, () => failed('CONNECTION_LOST')));
  environment.chance = 0.5;
  await environment.pass();
  for (const pause of [50, 100, 200, 250, 250]) {
    assert.equal(page.retryAt, environment.now() + pause);
    const before = openings();
    await environment.pass(pause - 1);
    assert.equal(openings(), before);
    await environment.pass(1);
    assert.equal(openings(), before + 1);
  }
  page.stop();
});

for (const wrong of [NaN, -10_000, -Infinity, 'soon', null, {}, Symbol('soon'), Object.create(null)]) {
  test(`an error of the application that asks for a pause of ${inspect(wrong)} shortens none`, async () => {
    const { environment, refusals, openings, page } = kept();
    refusals.push(Object.assign(failed('OVERLOADED'), { retry_after: wrong }));
    await environment.pass();
    assert.equal(page.retryAt, environment.now() + 1_000);
    await environment.pass(999);
    assert.equal(openings(), 1);
    await environment.pass(1);
    assert.equal(openings(), 2);
    page.stop();
  });
}

test('the longest pauses of all, and what the server asks for besides, are pauses', async () => {
  const { environment, refusals, openings, page } = kept({ max_pause: 2 ** 31 - 1, min_pause: 2 ** 31 - 1 });
  refusals.push(refused(503, 'OVERLOADED', 999_999), failed('CONNECTION_LOST'));
  await environment.pass();
  await environment.pass(10_000);
  assert.equal(openings(), 1);
  await environment.pass(2 ** 31);
  assert.equal(openings(), 2);
  page.stop();
});

test('a server that asks for a pause gets it, plus the random one, up to the longest', async () => {
  const { environment, refusals, page } = kept();
  refusals.push(refused(503, 'OVERLOADED', 7), refused(429, 'OVERLOADED', 3_600));
  await environment.pass();
  assert.equal(page.retryAt, environment.now() + 7_000 + 1_000);
  assert.match(page.message, /busy/);
  await environment.pass(8_000);
  assert.equal(page.retryAt, environment.now() + 30_000 + 2_000);
  page.stop();
});

test('only a duplex that has lasted makes the pauses short again', async () => {
  const { environment, last, page } = kept();
  for (const [life, pause] of [
    [0, 1_000],
    [29_999, 2_000],
    [10, 4_000],
    [30_000, 1_000],
  ]) {
    await environment.pass(life);
    last().fail(failed('HANDLER_FAILED'));
    await environment.pass();
    assert.equal(page.retryAt, environment.now() + pause);
    await environment.pass(pause);
  }
  page.stop();
});

test('retry decides what follows a failure, and may take its time', async () => {
  /** @type {boolean | undefined} */
  let answer = true;
  const { environment, refusals, page, ended, openings } = kept({ retry: async () => answer });
  const [first, second] = [refused(401, 'REFUSED'), failed('CONNECTION_LOST')];
  refusals.push(first, second);
  await environment.pass();
  assert.equal(page.state, 'waiting');
  answer = false;
  await environment.pass(1_000);
  assert.equal(await ended(), second);
  assert.equal(openings(), 2);
});

test('while retry takes its time the state is no more that of the duplex, and stop ends it', async () => {
  const { environment, page, states, last, ended } = kept({ retry: () => new Promise(() => {}) });
  await environment.pass();
  last().fail(failed('CONNECTION_LOST'));
  await environment.pass();
  assert.deepEqual(states, ['connecting', 'open', 'waiting']);
  page.stop();
  assert.equal(await ended(), undefined);
  assert.deepEqual(states.slice(3), ['closed']);
  assert.equal(page.error, undefined);
});

test('what retry throws ends it for good', async () => {
  const error = Object.assign(new Error('no token'), { code: 'NO_TOKEN' });
  const { refusals, ended } = kept({ retry: () => Promise.reject(error) });
  refusals.push(failed('CONNECTION_LOST'));
  assert.equal(await ended(), error);
});

for (const when of /** @type {const} */ (['before it is open', 'while it is open', 'while it waits'])) {
  test(`stop ${when} ends it, and is no failure`, async () => {
    const { environment, refusals, page, ended, states, openings } = kept();
    if (when === 'while it waits') {
      refusals.push(failed('CONNECTION_LOST'));
    }
    if (when !== 'before it is open') {
      await environment.pass();
    }
    page.stop();
    assert.equal(await ended(), undefined);
    assert.equal(states.at(-1), 'closed');
    assert.equal(page.error, undefined);
    assert.equal(page.message, 'Closed');
    assert.equal(environment.timers, 0);
    await environment.pass(60_000);
    assert.ok(openings() <= 1);
  });
}

test('a listener may stop it when it is about to open', async () => {
  const { page, ended, openings } = kept({ connect: () => new Promise(() => {}) });
  page.addEventListener('state', () => page.stop());
  assert.equal(await ended(), undefined);
  assert.equal(openings(), 0);
});

test('the option signal stops it, also when it was triggered before', async () => {
  const abort = new AbortController();
  const { environment, ended, last } = kept({ signal: abort.signal });
  await environment.pass();
  abort.abort();
  assert.equal(await ended(), undefined);
  assert.equal(last().isDestroyed, true);

  const none = kept({ signal: AbortSignal.abort() });
  assert.equal(await none.ended(), undefined);
  assert.equal(none.openings(), 0);
});

test('stop ends an opening that does not heed its signal, and what that opens later is destroyed', async () => {
  let opened = (/** @type {any} */ _duplex) => {};
  const connect = () => new Promise((resolve) => (opened = resolve));
  const { page, ended } = kept({ connect });
  await new Promise(setImmediate);
  page.stop();
  assert.equal(await ended(), undefined);
  assert.equal(page.state, 'closed');
  const destroyed = new Promise((resolve) => opened({ readable: { cancel: async () => resolve(true) } }));
  assert.ok(await destroyed);
});

test('an opening that gives no duplex says so', async () => {
  const { ended } = kept({ connect: async () => ({}) });
  assert.match((await ended()).message, /option connect/);
});

test('a signal that is none is refused at once', () => {
  for (const signal of [{}, 'x']) {
    assert.throws(() => keepOpen('/', /** @type {any} */ ({ signal }), () => {}), { message: /option signal/ });
    assert.rejects(make('https://localhost:1', /** @type {any} */ ({ signal })), { message: /option signal/ });
  }
});

test('options that make no sense are an error at once', () => {
  assert.throws(() => keepOpen('/chat', { min_pause: 0 }, () => {}), RangeError);
  assert.throws(() => keepOpen('/chat', { min_pause: 2, max_pause: 1 }, () => {}), RangeError);
  assert.throws(() => keepOpen('/chat', { max_pause: Infinity }, () => {}), RangeError);
  assert.throws(() => keepOpen('/chat', /** @type {any} */ ({})), TypeError);
  for (const wrong of [{ connect: 'make' }, { retry: true }]) {
    assert.throws(() => keepOpen('/chat', /** @type {any} */ (wrong), () => {}), /connect and retry must be functions/);
  }
});

/** Gives the page events, for the time of a test. @param {import('node:test').TestContext} context */
function windowFor(context) {
  const [page, document] = [new EventTarget(), Object.assign(new EventTarget(), { hidden: false })];
  const global = /** @type {any} */ (globalThis);
  global.addEventListener = page.addEventListener.bind(page);
  global.document = document;
  context.after(() => {
    delete global.addEventListener;
    delete global.document;
  });
  return {
    online: () => page.dispatchEvent(new Event('online')),
    shown: () => show(false),
    hidden: () => show(true),
  };
  /** @param {boolean} hidden */
  function show(hidden) {
    document.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }
}

test('a page that is offline waits until it is online, or for the longest pause', async (context) => {
  const window = windowFor(context);
  const { environment, refusals, page, openings } = kept();
  environment.offline = true;
  refusals.push(failed('CONNECTION_LOST'), failed('CONNECTION_LOST'));
  await environment.pass();
  assert.equal(page.state, 'offline');
  assert.equal(page.message, 'You are offline.');
  await environment.pass(29_999);
  assert.equal(openings(), 1);
  await environment.pass(1);
  assert.equal(openings(), 2);
  environment.offline = false;
  window.online();
  await environment.pass();
  assert.equal(page.state, 'open');
  page.stop();
});

test('a page that is shown again tries at once, but not before the time that the server has asked for', async (context) => {
  const window = windowFor(context);
  const { environment, refusals, page, openings } = kept();
  refusals.push(failed('CONNECTION_LOST'), refused(503, 'OVERLOADED', 5));
  await environment.pass();
  window.shown();
  await environment.pass();
  assert.equal(openings(), 2);
  window.shown();
  await environment.pass();
  assert.equal(openings(), 2);
  await environment.pass(5_000);
  window.shown();
  await environment.pass();
  assert.equal(page.state, 'open');
  page.stop();
});

test('a page that is hidden waits on', async (context) => {
  const window = windowFor(context);
  const { environment, refusals, page, openings } = kept();
  refusals.push(failed('CONNECTION_LOST'), failed('CONNECTION_LOST'));
  await environment.pass();
  await environment.pass(1_000);
  assert.equal(page.retryAt, environment.now() + 2_000);
  window.hidden();
  await environment.pass();
  assert.equal(openings(), 2);
  await environment.pass(1_999);
  assert.equal(openings(), 2);
  page.stop();
});

test('a listener that stops it when it is open keeps it from being used', async () => {
  let used = 0;
  const { environment, page, ended, last } = kept({}, () => void used++);
  page.addEventListener('state', () => page.state === 'open' && page.stop());
  await environment.pass();
  assert.equal(await ended(), undefined);
  assert.equal(page.state, 'closed');
  assert.equal(used, 0);
  assert.ok(last().isDestroyed);
});

test('what its use is given has the type that its opening gives', async () => {
  keepOpen('/chat', (duplex, { signal }) => signal.aborted || duplex.readable.getReader()).stop();
  keepOpen('/chat', { connect: make, min_pause: 5 }, (duplex) => duplex.pipe(process.stdout)).stop();
  // @ts-expect-error a pause is a number
  assert.throws(() => keepOpen('/chat', { min_pause: 'short' }, () => {}), RangeError);
});

for (const nothing of [undefined, null, 0, '', false]) {
  test(`a use, an opening and a duplex that fail with ${inspect(nothing)} have failed`, async () => {
    const environment = new SimulatedEnvironment();
    const failing = {
      use: () => Promise.reject(nothing),
      opening: () => Promise.resolve(),
      duplex: (/** @type {unknown} */ _duplex, /** @type {{ signal: AbortSignal }} */ { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
    };
    for (const [what, use] of Object.entries(failing)) {
      const open = async (/** @type {unknown} */ _url, /** @type {any} */ { signal }) => {
        const duplex = new SimulatedDuplex(signal);
        if (what === 'opening') {
          throw nothing;
        } else if (what === 'duplex') {
          queueMicrotask(() => duplex.fail(/** @type {any} */ (nothing)));
        }
        return duplex;
      };
      const page = new KeptOpen('https://localhost/', /** @type {any} */ ({ connect: open }), use, environment);
      await assert.rejects(page.closed, { message: `It has failed with ${nothing}` });
      assert.deepEqual([page.state, page.message], ['closed', 'Something went wrong in this page.']);
    }
  });
}

test('a signal that cannot be listened to ends it', async () => {
  const signal = { aborted: false, addEventListener: () => assert.fail('no') };
  const page = new KeptOpen('https://localhost/', /** @type {any} */ ({ signal }), () => {});
  await assert.rejects(page.closed, { message: 'no' });
  assert.equal(page.state, 'closed');
});
