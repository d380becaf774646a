// The core of dialect 2 over a simulated network: see test/support/schedule.js. A schedule that fails prints its seed;
// `SEED=n node --test test/simulation/schedules.test.js` runs that one alone; `SCHEDULES=n` runs another number of them.
import assert from 'node:assert/strict';
import { Schedule } from '../support/schedule.js';
import { test } from '../support/time-limits.js';

const SCHEDULES = Number(process.env.SCHEDULES ?? 20_000);

if (process.env.SEED) {
  const seed = Number(process.env.SEED);
  test(`seed ${seed}: nothing is lost, nothing comes twice, and both sides learn the end`, () => {
    new Schedule(seed).run();
  });
} else {
  test(`in ${SCHEDULES} schedules nothing is lost, nothing comes twice, and both sides learn the end`, (t) => {
    const outcomes = { ended: 0, reset: 0, lost: 0 };
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      try {
        outcomes[new Schedule(seed).run()]++;
      } catch (cause) {
        throw new Error(`The schedule of seed ${seed} failed`, { cause });
      }
    }
    t.diagnostic(`${outcomes.ended} ended cleanly, ${outcomes.reset} were reset, ${outcomes.lost} timed out`);
    assert.ok(outcomes.ended > SCHEDULES / 2, 'most schedules should end cleanly');
    assert.ok(outcomes.reset > 0 && outcomes.lost > 0, 'every outcome should be seen');
  });
}
