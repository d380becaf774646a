// Puts mutants in the place of the core, and in the place of node:test a list of the tests.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @type {Map<string, string>} */
const sources = new Map(
  JSON.parse(readFileSync(/** @type {string} */ (process.env.MUTATION_INSTRUMENTED), 'utf8')).map(
    (/** @type {{ name: string, content: string }} */ { name, content }) => [pathToFileURL(name).href, content],
  ),
);
const LIST = `export function test(name, ...rest) {
  (globalThis.listedTests ??= []).push({ name, body: rest.at(-1) });
}`;

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const source = url.endsWith('/support/time-limits.js') ? LIST : sources.get(url);
  return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
}
