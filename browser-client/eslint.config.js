import js from '@eslint/js';
import globals from 'globals';

/**
 * A layer: an import never points up.
 *
 * @param {string} files
 * @param {string[]} allowed what those files may import, as regular expressions
 * @param {string[]} [names] globals that they may not use
 */
const layer = (files, allowed, names = []) => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(?!${allowed.join('|')})`, message: 'An import never points up.' }] },
    ],
    'no-restricted-globals': ['error', ...names],
  },
});

const BESIDE = '\\./[^/]+$';
/** The modules at the top of src/ that are not about one dialect or one face. */
const WORDS = '(bytes|codes|errors|headers|options|problem|request-init)\\.js$';

export default [
  { ignores: ['dist/', 'target/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/**'], languageOptions: { globals: globals.browser } },
  { files: ['build/**', 'test/**', '*.js'], languageOptions: { globals: globals.node } },
  {
    files: ['test/**/*.test.js'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'node:test', importNames: ['it', 'test'], message: 'test of support/time-limits.js has a time limit.' },
      ],
    },
  },
  layer(
    'src/dialect2/core/**',
    [BESIDE, `\\.\\./\\.\\./${WORDS}`],
    ['fetch', 'performance', 'setTimeout', 'setInterval', 'Date', 'document', 'location'],
  ),
  layer('src/dialect2/fetch/**', [BESIDE, `\\.\\./\\.\\./(browser/|${WORDS})`]),
  layer('src/dialect2/*.js', [BESIDE, '\\./(core|fetch)/', `\\.\\./(browser/|${WORDS})`]),
  layer('src/dialect1/**', [BESIDE, `\\.\\./(browser/|${WORDS})`]),
  layer('src/browser/**', [BESIDE, `\\.\\./${WORDS}`]),
  layer('src/open.js', ['\\./(browser|dialect[12])/', `\\./${WORDS}`]),
  layer('src/web-streams.js', ['\\./(open|errors)\\.js$']),
  layer('src/keep-open.js', ['\\./(browser/|web-streams\\.js$)']),
  layer('src/duplex.js', ['\\./(open|errors)\\.js$', 'readable-stream$']),
];
