import fc from 'fast-check';
import { type ExhaustionJudgement, isShort, judgeExhaustion } from './exhaustion.js';

const TIMES = { afterMs: 30, calmMs: 5 };
const NOTHING: ExhaustionJudgement = { exhausted: false, shortage: undefined };

/** When it was judged to be exhausted, by what was seen each millisecond. */
function exhausted(seen: boolean[], begin = NOTHING): boolean[] {
  let judged = begin;
  return seen.map((short, now) => (judged = judgeExhaustion(judged, short, now, TIMES)).exhausted);
}
const times = (count: number, short: boolean) => Array<boolean>(count).fill(short);

it('is short where lanes wait, no agent is idle and there may be no more', () => {
  const standing = { id: 'p', max_size: 4, agents: 4, idle: 0, waiting: 1 };
  expect(isShort(standing)).toBe(true);
  for (const other of [{ waiting: 0 }, { idle: 1 }, { agents: 3 }, { max_size: 5 }, { max_size: 0 }])
    expect(isShort({ ...standing, ...other })).toBe(false);
});

it('is exhausted once it has been short for long enough, and not by breaks made new', () => {
  expect(exhausted(times(40, true)).indexOf(true)).toBe(30);
  const broken = [...times(20, true), ...times(4, false), ...times(20, true)];
  expect(exhausted(broken).indexOf(true)).toBe(30);
  const ended = [...times(20, true), ...times(6, false), ...times(20, true)];
  expect(exhausted(ended)).not.toContain(true);
});

it('is over once it has been calm for long enough', () => {
  const seen = [...times(40, true), ...times(3, false), ...times(5, true), ...times(10, false)];
  expect(exhausted(seen).lastIndexOf(true)).toBe(51);
  // Judged by somebody who did not see the shortage.
  expect(exhausted(times(10, false), { exhausted: true, shortage: undefined }).indexOf(false)).toBe(5);
});

it('changes no more often than its times allow, whatever is seen', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (seen) => {
      const judged = exhausted(seen);
      const changes = judged.flatMap((is, i) => (is !== (judged[i - 1] ?? false) ? [i] : []));
      changes.forEach((at, i) => {
        const spent = at - (changes[i - 1] ?? 0);
        expect(spent).toBeGreaterThanOrEqual(judged[at] ? TIMES.afterMs : TIMES.calmMs);
        expect(seen[at]).toBe(judged[at]);
      });
    }),
  );
});
