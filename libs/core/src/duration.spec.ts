import fc from 'fast-check';
import { formatDuration, MAX_DURATION_MS, parseDuration } from './duration.js';

it.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1.5h', 5_400_000],
  ['1m500ms', 60_500],
  [30, 30_000],
  [0.25, 250],
])('reads %j as %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  ...['', ' ', '5', 's', '5 minutes', '5M', '-5s', '5s ', ' 5s', '1h-5m', '.5s', '1..5s', '5s!', '0s'],
  ...['366d', '9'.repeat(39) + 's', '9'.repeat(400) + 's', '１s'],
  ...[0, -1, NaN, Infinity, -Infinity, 1e300, 1e-9],
])('does not read %j', (value) => {
  expect(parseDuration(value)).toBeUndefined();
});

it('reads what is at the limit and nothing beyond', () => {
  expect(parseDuration('365d')).toBe(MAX_DURATION_MS);
  expect(parseDuration('365d1ms')).toBeUndefined();
});

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

it('adds up its parts, whatever they are', () => {
  const part = fc.record({ n: fc.integer({ min: 1, max: 99 }), unit: fc.constantFrom(...units) });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
      const text = parts.map(({ n, unit: [name] }) => `${n}${name}`).join('');
      const ms = parts.reduce((sum, { n, unit: [, each] }) => sum + n * each, 0);
      expect(parseDuration(text)).toBe(ms);
    }),
  );
});

it('gives a positive number of milliseconds within the limit, or nothing, for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.msdh]*$/), fc.double()), (value) => {
      const ms = parseDuration(value);
      expect(ms === undefined || (Number.isSafeInteger(ms) && ms > 0 && ms <= MAX_DURATION_MS)).toBe(true);
    }),
  );
});

it.each([
  [0, '0ms'],
  [812.4, '812ms'],
  [999.6, '1.0s'],
  [4_230, '4.2s'],
  [59_949, '59.9s'],
  [59_999, '1m00s'],
  [65_000, '1m05s'],
  [3_599_999, '1h00m'],
  [7_380_000, '2h03m'],
])('shows %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('shows a duration that is read back to nearly the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_DURATION_MS }), (ms) => {
      const back = parseDuration(formatDuration(ms))!;
      expect(Math.abs(back - ms)).toBeLessThanOrEqual(ms < 3_600_000 ? Math.max(ms / 100, 500) : 60_000);
    }),
  );
});
