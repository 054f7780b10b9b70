import { MAX_DURATION_MS, parseDuration } from '@agentainer/core';
import fc from 'fast-check';
import { durationText } from './duration-text.js';

it.each([
  [250, '250ms'],
  [30_000, '30s'],
  [90_000, '1m30s'],
  [5_400_500, '1h30m500ms'],
  [86_400_000, '1d'],
])('writes %i as %s', (ms, text) => expect(durationText(ms)).toBe(text));

it('writes every duration so that it reads as the same one', () => {
  const durations = fc.integer({ min: 1, max: MAX_DURATION_MS });
  fc.assert(fc.property(durations, (ms) => parseDuration(durationText(ms)) === ms));
});
