import assert from 'node:assert/strict';
import test from 'node:test';
import { Throughput } from '../../main/resources/page/throughput.js';
import { bytesText, sizeText } from '../../main/resources/page/units.js';

const total = (throughput, way, time) =>
  throughput.rates(way, time).reduce((sum, rate) => sum + (rate * throughput.span) / 1000, 0);

test('what went within a span is its rate, each way for itself', () => {
  const throughput = new Throughput();
  throughput.add(10, 'sent', 1_000);
  throughput.add(90, 'sent', 1_000);
  throughput.add(250, 'received', 500);

  assert.deepEqual(throughput.rates('sent', 300), [20_000, 0, 0]);
  assert.deepEqual(throughput.rates('received', 300), [0, 0, 5_000]);
});

test('a span that is not over has no rate yet', () => {
  const throughput = new Throughput();
  throughput.add(110, 'sent', 1_000);

  assert.deepEqual(throughput.rates('sent', 199), [0]);
});

test('spans become longer with the record, and no byte of it is lost', () => {
  const throughput = new Throughput();
  for (let time = 0; time < 100_000; time += 10) {
    throughput.add(time, 'sent', 7);
    throughput.add(time, 'received', 5);
  }

  assert.equal(throughput.span, 800);
  assert.equal(throughput.rates('sent', 100_000).length, 125);
  assert.equal(Math.round(total(throughput, 'sent', 100_000)), 70_000);
  assert.equal(Math.round(total(throughput, 'received', 100_000)), 50_000);
});

test('losses are remembered', () => {
  const throughput = new Throughput();
  throughput.lost(5);
  throughput.lost(70_000);

  assert.deepEqual(throughput.losses, [5, 70_000]);
});

test('sizes are told in three figures, counts to the byte', () => {
  assert.deepEqual(
    [0, 999, 1_000, 1_234, 50_000_000, 999_960, 12_345_678_901].map(sizeText),
    ['0 B', '999 B', '1.00 kB', '1.23 kB', '50.0 MB', '1.00 MB', '12.3 GB'],
  );
  assert.equal(bytesText(1_234_567), '1,234,567 B');
});
