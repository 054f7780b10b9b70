import { lastLines } from './last-words.js';

it('keeps whole lines from the end, without what steers a terminal', () => {
  expect(lastLines('\n one\r\n\ttwo\u001b[31m\u0000 \n\n')).toBe('one\n\ttwo[31m');
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
  const kept = lastLines(lines.join('\n')).split('\n');
  expect(kept.at(-1)).toBe('line 499');
  expect(lines).toEqual(expect.arrayContaining(kept));
  expect(kept.join('\n').length).toBeLessThanOrEqual(2_000);
  expect(lastLines('x'.repeat(5_000))).toHaveLength(2_000);
  expect(lastLines('')).toBe('');
});
