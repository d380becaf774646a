import assert from 'node:assert/strict';
import test from 'node:test';
import { carryOutBackspaces } from '../../main/resources/page/echo-pane.js';
import { change } from '../../main/resources/page/typed-line.js';

test('what is typed at the end of a line is sent as it is', () => {
  assert.equal(change('', 'h'), 'h');
  assert.equal(change('h', 'hi\n'), 'i\n');
});

test('what did not change is not sent', () => {
  assert.equal(change('same', 'same'), '');
});

test('a character that was taken back is one backspace, however many code units it has', () => {
  assert.equal(change('hi', 'h'), '\b');
  assert.equal(change('h🙂', 'h'), '\b');
});

test('a character that shares its first code unit with the one before it is sent whole', () => {
  assert.equal(change('🙂', '🙃'), '\b🙃');
});

test('a word that autocorrect replaced is taken back and sent again', () => {
  assert.equal(change('teh', 'the '), '\b\bhe ');
});

test('a backspace takes back a character of its line and never the line end', () => {
  assert.equal(carryOutBackspaces('ab\b\b\bc'), 'c');
  assert.equal(carryOutBackspaces('a🙂\bb'), 'ab');
  assert.equal(carryOutBackspaces('a\n\b\bb'), 'a\nb');
});

test('after any run of edits the echo shows what the field shows', () => {
  const alphabet = ['a', 'b', ' ', 'ü', '漢', '🙂', '🙃', '👍🏽'];
  let seed = 1;
  const upTo = (limit) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % limit;
  };
  const field = [];
  let stream = '';
  for (let edit = 0; edit < 2_000; edit += 1) {
    const before = field.join('');
    const inserted = Array.from({ length: upTo(4) }, () => alphabet[upTo(alphabet.length)]);
    field.splice(upTo(field.length + 1), upTo(6), ...inserted);
    stream += change(before, field.join(''));
    assert.equal(carryOutBackspaces(stream), field.join(''));
  }
});
