// Makes the bundles that a server puts in front of browsers. `node build/build.js [directory]`
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(root, process.argv[2] ?? 'target/classes/META-INF/resources/http2-duplex');

/** The limits of the bundles, minified and gzipped, in bytes. */
// Of these, 50 tell an old answer, which a cache has kept, from that of the server. 2,000 are survive-reload.js, which the other face loads when it is needed. 100 measure how fast a WebSocket takes
// what is sent.
const NODE_FACE_LIMIT = 49_000;
// Of these, 600 bytes try an opening in several ways at once: the first way that works is known only then. Another 500 are
// what the core must know of sockets, and how it is seen that one would be of use. 100 try the first way again: a trial goes
// beside what works, which only the core can see to. 250 bound what a server, or something in its place, can make of it.
// Another 650 take a session down to plain data and make one of it: only the core's own classes know what that is. 300 compare a
// streaming POST with others: the PINGs for that go between what the core sends. 50 spare a small write its promises, and a
// small turn its timers. 60 keep a server from having it ask all the time. 90 make an error of a chunk that is transferred too
// early, and of what is no signal. 30 end a session none of whose uploads arrive, although its server is treated as dead each
// time before they count as held. 30 replace a download before the server ends it, however often that is asked for.
// 30 go on after headers that could not be sent, end the requests of a session that has failed, and join many small chunks.
// 40 keep bytes from waiting for POSTs without any, and bound those. 30 let a download begin with a large window.
// 350 give sleeping computers and frozen pages their time, find what pages are tested in, and say what a clean end that came
// too early was.
// 80 spare a piece that comes its task. 20 bound what is kept of a response while it is watched. 70 keep small pieces from
// holding much memory. 30 give up a download that goes on after the end. 60 refuse what is no fetch, no number and no address.
const WEB_STREAMS_FACE_LIMIT = 13_750;
const DIALECT_1_LIMIT = 4_000;
// Of these, 40 refuse a duplex whose reload may have cut a message, and 150 what is no codec, or gives no bytes. 50 destroy the
// duplex although one side has ended, or a write waits, or what the page has given throws. 130 refuse a second use of a duplex,
// and end when it was destroyed.
const MESSAGES_LIMIT = 1_400;
// Of these, 100 say what an old answer is.
const FIRST_LINE_LIMIT = 1_150;
const WAYS_LIMIT = 1_200;
const WEBSOCKET_LIMIT = 2_100;
const KEEP_OPEN_LIMIT = 2_500;
const SURVIVE_RELOAD_LIMIT = 2_400;

/**
 * Names that only the code of dialect 2 uses, within one bundle: they become short. None is a name of the web, of an
 * option, or of the package's interface.
 */
const INTERNAL_NAMES = [
  ...['isAttached', 'isWanted', 'isFinished', 'isDraining', 'isUploadEnded', 'isAtEnd', 'isClosed', 'isPausing'],
  ...['advertiseAgain', 'mustAdvertise', 'mustAttach', 'mustAsk', 'askAgain', 'mustEnd', 'mayStream'],
  ...['attachFailed', 'openDownload', 'downloadEnded', 'uploadTaken', 'uploadLost', 'uploadTimeout', 'closedByServer'],
  ...[
    'aliveUntil',
    'onsilence',
    'postpone',
    'isFirstWindow',
    'wantsStream',
    'openStream',
    'nextBody',
    'nextPieces',
    'endStream',
    'loseAll',
    'releaseAt',
    'releaseMemory',
  ],
  ...[
    'failingSince',
    'retryNow',
    'timeIs',
    'startedAt',
    'probedAt',
    'isQuiet',
    'isRotation',
    'hasWindow',
    'allTaken',
    'lookAhead',
    'sendable',
  ],
  ...['disturbed', 'refused', 'errorOf', 'hasEnded', 'hasBegun', 'isLarge', 'isIdle', 'isAccepted'],
  ...['confirmed', 'advertise', 'discard', 'backOff', 'progressed', 'downloads', 'uploads', 'received', 'configure'],
  ...[
    'heartbeat',
    'rotate',
    'pinged',
    'answered',
    'silence',
    'pongs',
    'probe',
    'ranges',
    'fields',
    'decoder',
    'frames',
  ],
  ...[
    'initialWindow',
    'firstLimit',
    'maxWindow',
    'openTimeout',
    'resumeTimeout',
    'giveUp',
    'views',
    'taken',
    'alarms',
    'alarm',
    'room',
  ],
  ...[
    'attached',
    'detached',
    'context',
    'onback',
    'onsuspend',
    'onleave',
    'arrivedTo',
    'onattached',
    'isStream',
    'isLast',
  ],
  ...['until', 'deadline', 'problem', 'event', 'attach'],
  ...['isOnSocket', 'isSocket', 'isTrial', 'mayTry', 'mayMove', 'leaveSocket', 'openSocket', 'ticket', 'lastTurn'],
  ...['kept', 'keep', 'suspend', 'timeLeft', 'lastToken', 'unsent', 'arrived', 'isOpen', 'surviveReload'],
  ...['maxUnconfirmed', 'confirmsRead'],
  ...['carrying', 'wantsPost', 'isDue', 'isOver', 'streamed', 'posted'],
  ...['areSmall', 'excess', 'moved', 'maxSockets', 'mustProbe', 'onstatus', 'onuploadcut', 'isUseless', 'readAhead'],
  ...[
    'isPoll',
    'wait',
    'attempts',
    'timeOut',
    'held',
    'asked',
    'receive',
    'core',
    'settings',
    'first',
    'failure',
    'sending',
    'receiving',
  ],
];

/** @type {import('esbuild').Plugin} */
const shims = {
  name: 'shims',
  setup(plugged) {
    plugged.onResolve({ filter: /^(process\/|abort-controller|\.\/duplexify)$/ }, ({ path }) => ({
      path: join(root, 'build', 'shims', `${path.replace(/[./]/g, '')}.js`),
    }));
    plugged.onResolve(
      { filter: /^\.{1,2}\/(internal\/streams\/(operators|compose|pipeline)|stream\/promises)$/ },
      () => ({
        path: join(root, 'build', 'shims', 'stream-extras.js'),
      }),
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const nodeFace = {
  entryPoints: ['src/index.js'],
  banner: { js: '/*! http2-duplex, MIT; licenses of what is in it: THIRD-PARTY-LICENSES.txt */' },
  // In browsers safe-buffer is the package buffer, and a copy of it for Node versions of long ago.
  alias: { 'safe-buffer': 'buffer' },
  plugins: [shims],
};

/**
 * Leaves an import to another bundle, which is a file beside this one.
 *
 * @param {RegExp} filter what is imported
 * @param {string} file
 * @returns {import('esbuild').Plugin}
 */
const imported = (filter, file) => ({
  name: `imported from ${file}`,
  setup: (plugged) => plugged.onResolve({ filter }, () => ({ path: `./${file}`, external: true })),
});

/** @type {{ file: string, limit: number, options: import('esbuild').BuildOptions }[]} */
const bundles = [
  {
    file: 'bundle.js',
    limit: NODE_FACE_LIMIT,
    options: { ...nodeFace, format: 'iife', globalName: 'http2_client_duplex_bundle' },
  },
  { file: 'index.js', limit: NODE_FACE_LIMIT, options: nodeFace },
  {
    file: 'web-streams.js',
    limit: WEB_STREAMS_FACE_LIMIT,
    options: {
      entryPoints: ['src/web-streams.js'],
      plugins: [
        imported(/\/dialect1\/session\.js$/, 'dialect1.js'),
        imported(/\/first-line\.js$/, 'first-line.js'),
        imported(/\/fetch\/ways\.js$|^\.\/ways\.js$/, 'ways.js'),
        imported(/\/websocket\/carrier\.js$/, 'websocket.js'),
        imported(/\/survive-reload\.js$/, 'survive-reload.js'),
      ],
    },
  },
  { file: 'messages.js', limit: MESSAGES_LIMIT, options: { entryPoints: ['src/messages.js'] } },
  {
    file: 'keep-open.js',
    limit: KEEP_OPEN_LIMIT,
    options: { entryPoints: ['src/keep-open.js'], plugins: [imported(/\/web-streams\.js$/, 'web-streams.js')] },
  },
  { file: 'ways.js', limit: WAYS_LIMIT, options: { entryPoints: ['src/dialect2/fetch/ways.js'] } },
  {
    file: 'websocket.js',
    limit: WEBSOCKET_LIMIT,
    options: { entryPoints: ['src/dialect2/websocket/carrier.js'] },
  },
  {
    file: 'survive-reload.js',
    limit: SURVIVE_RELOAD_LIMIT,
    options: {
      entryPoints: ['src/survive-reload/survive-reload.js'],
      plugins: [imported(/\/errors\.js$/, 'web-streams.js')],
    },
  },
  { file: 'first-line.js', limit: FIRST_LINE_LIMIT, options: { entryPoints: ['src/first-line.js'] } },
  {
    file: 'dialect1.js',
    limit: DIALECT_1_LIMIT,
    options: {
      entryPoints: ['src/dialect1/session.js'],
      // There must be one class of errors. Everything else that the two share is little.
      plugins: [imported(/\/errors\.js$/, 'web-streams.js')],
    },
  },
];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

/** The short names of INTERNAL_NAMES: the same in all bundles, since websocket.js uses objects of web-streams.js. */
const nameCache = {};
/** @type {Set<string>} */
const inputs = new Set();
let tooLarge = false;
console.log('file             minified      gzip     limit');
for (const { file, limit, options } of bundles) {
  const { outputFiles, metafile } = await build({
    format: 'esm',
    banner: { js: '/*! http2-duplex, MIT */' },
    ...options,
    absWorkingDir: root,
    outfile: join(out, file),
    write: false,
    bundle: true,
    minify: true,
    sourcemap: 'external',
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
  Object.keys(metafile.inputs).forEach((input) => inputs.add(input));
  const [map, bundle] = outputFiles.map(({ text }) => text);
  // Terser makes esbuild's output smaller by another few percent.
  const { code = '', map: minifiedMap = '' } = await minify(bundle, {
    module: options.format !== 'iife',
    nameCache: Object.assign(nameCache, { vars: undefined }),
    ecma: 2020,
    mangle: { properties: { builtins: true, regex: new RegExp(`^(${INTERNAL_NAMES.join('|')})$`) } },
    compress: { passes: 3, inline: 1, sequences: false, hoist_funs: true },
    format: { comments: /^!/ },
    sourceMap: { content: map, filename: file, url: `${file}.map` },
  });
  const minified = Buffer.from(code);
  await writeFile(join(out, file), minified);
  await writeFile(join(out, `${file}.map`), String(minifiedMap));
  const zipped = gzipSync(minified, { level: 9 }).length;
  console.log(`${file.padEnd(15)}${kB(minified.length)}${kB(zipped)}${kB(limit)}`);
  tooLarge ||= zipped > limit;
}
await writeFile(join(out, 'THIRD-PARTY-LICENSES.txt'), await licenses(inputs));
if (tooLarge) {
  console.error('A bundle is larger than its limit: see the table above, and *_LIMIT in build/build.js.');
  process.exitCode = 1;
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}

/**
 * The license texts of the packages that went into the bundles.
 *
 * @param {Iterable<string>} files
 */
async function licenses(files) {
  const packages = new Set(Array.from(files, (file) => file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]));
  let text = 'The bundles in this directory hold code of these packages.\n';
  for (const path of [...packages].filter((name) => name !== undefined).sort()) {
    const directory = join(root, path);
    const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
    const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) {
      throw new Error(`${name} has no license file`);
    }
    const terms = (await readFile(join(directory, file), 'utf8')).trim().replaceAll('\r\n', '\n');
    text += `\n---- ${name} ${version} (${license})\n\n${terms}\n`;
  }
  return text;
}
