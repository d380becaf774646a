// Mutation tests of the protocol core: each mutant that StrykerJS's instrumenter makes of src/dialect2/core, against its
// unit tests and SCHEDULES schedules of the simulation. In one process after the other, each for as long as no mutant
// makes it hang or fail, so that only the first one has to warm up. `node build/mutation.js receiving uploads` takes two
// of the files. Survivors go to the standard output, with all others to dist/mutation/mutants.json.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CORE = `${ROOT}src/dialect2/core/`;
const OUT = `${ROOT}dist/mutation/`;

/** @typedef {{ id: string, mutatorName: string, replacement: string, fileName: string, location: { start: { line: number, column: number }, end: { line: number, column: number } } }} Mutant */
/** @typedef {{ id: string, outcome: string, by?: string }} Result */

const names = process.argv.slice(2);
const files = readdirSync(CORE)
  .filter((name) => names.length === 0 || names.includes(name.replace('.js', '')))
  .map((name) => ({ name: CORE + name, mutate: true, content: readFileSync(CORE + name, 'utf8') }));
const mutants = await instrument();
let isSorted = false;
const { isStatic, others } = await sorted();
isSorted = true;
/** @type {Map<string, Result>} */
const results = new Map();
for (const id of isStatic) {
  await run([id], id);
}
for (let left = others; left.length > 0; left = left.filter((id) => !results.has(id))) {
  await run(left);
}
report();

/** @returns {Promise<Mutant[]>} the files with all mutants are written, each of which can be switched on */
async function instrument() {
  const require = createRequire(`${OUT}index.js`);
  const path = pathToFileURL(require.resolve('@stryker-mutator/instrumenter')).href;
  const { Instrumenter } = await import(path);
  const log = { isDebugEnabled: () => false, debug() {}, info() {}, warn: console.warn };
  const made = await new Instrumenter(log).instrument(files, {
    plugins: null,
    ignorers: [],
    excludedMutations: [],
    noHeader: false,
  });
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}instrumented.json`, JSON.stringify(made.files));
  return made.mutants;
}

/** {@return mutants of what runs when a module is loaded need a process each} */
async function sorted() {
  const child = start();
  const [{ atLoad, reaching }] = await once(child, 'message');
  writeFileSync(`${OUT}reaching.json`, JSON.stringify(reaching));
  child.kill();
  const isStatic = mutants.map(({ id }) => id).filter((id) => atLoad.includes(id));
  return { isStatic, others: mutants.map(({ id }) => id).filter((id) => !atLoad.includes(id)) };
}

/** @param {string} [active] the mutant that is switched on before modules are loaded */
function start(active) {
  const MUTATION_REACHING = isSorted ? `${OUT}reaching.json` : '';
  const env = { ...process.env, MUTATION_INSTRUMENTED: `${OUT}instrumented.json`, MUTATION_REACHING };
  return fork(`${ROOT}build/mutation-run.js`, [], {
    env: active === undefined ? env : { ...env, __STRYKER_ACTIVE_MUTANT__: active },
    execArgv: ['--max-old-space-size=500'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Runs mutants until they are all done, or one of them ends the process. @param {string[]} ids @param {string} [active] */
async function run(ids, active) {
  const child = start(active);
  let next = 0;
  child.on('message', (/** @type {Result & { atLoad?: string[] }} */ message) => {
    if (!message.atLoad) {
      done(message);
    }
    if (next < ids.length) {
      child.send(ids[next++]);
    } else {
      child.disconnect();
    }
  });
  await once(child, 'exit');
  const last = ids[Math.max(0, next - 1)];
  if (!results.has(last)) {
    done({ id: last, outcome: 'hung' });
  }
}

/** @param {Result} result */
function done(result) {
  results.set(result.id, result);
  if (result.outcome === 'survived' || result.outcome === 'not reached') {
    console.log(`${result.outcome}: ${described(result.id)}`);
  }
  if (results.size % 50 === 0) {
    console.error(`${results.size} of ${mutants.length}`);
  }
}

/** @param {string} id */
function described(id) {
  const { fileName, location, replacement } = /** @type {Mutant} */ (mutants.find((mutant) => mutant.id === id));
  const lines = /** @type {{ content: string }} */ (files.find(({ name }) => name === fileName)).content.split('\n');
  const { start, end } = location;
  const text = lines[start.line].slice(start.column, start.line === end.line ? end.column : undefined);
  return `${fileName.slice(CORE.length)}:${start.line + 1}:${start.column + 1} ${text.trim()} => ${replacement.replace(/\s+/g, ' ')}`;
}

function report() {
  writeFileSync(
    `${OUT}mutants.json`,
    JSON.stringify(
      mutants.map(({ id }) => ({ ...results.get(id), mutant: described(id) })),
      null,
      1,
    ),
  );
  for (const { name } of files) {
    const outcomes = mutants
      .filter(({ fileName }) => fileName === name)
      .map(({ id }) => /** @type {Result} */ (results.get(id)).outcome);
    const caught = outcomes.filter((outcome) => outcome === 'caught' || outcome === 'hung').length;
    const hung = outcomes.filter((outcome) => outcome === 'hung').length;
    console.log(`${name.slice(CORE.length)}: ${caught} of ${outcomes.length} caught, ${hung} of them since they hang`);
  }
}
