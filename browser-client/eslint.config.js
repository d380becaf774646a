import js from '@eslint/js';
import globals from 'globals';

/**
 * The floors: an import never points up.
 *
 * @param {string} files
 * @param {string[]} forbidden what those files may not import
 * @param {string[]} [names] what they may not use
 */
const floor = (files, forbidden, names = []) => ({
  files: [files],
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: 'An import never points up.' }] }],
    'no-restricted-globals': ['error', ...names],
  },
});

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
  floor(
    'src/protocol/**',
    ['../*', 'readable-stream'],
    ['fetch', 'performance', 'setTimeout', 'setInterval', 'Date', 'document', 'location'],
  ),
  floor('src/transport/**', ['../*', '!../protocol/', 'readable-stream']),
  floor('src/web-streams.js', ['./duplex.js', './index.js', 'readable-stream']),
  floor('src/duplex.js', ['./web-streams.js', './index.js']),
];
