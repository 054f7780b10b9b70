import fc from 'fast-check';
import { Redactor } from './redactor.js';
import { StreamRedactor } from './stream-redactor.js';

const redactor = (secrets: Record<string, string>) => new Redactor(new Map(Object.entries(secrets)));

function redact(secrets: Record<string, string>, parts: string[]): string[] {
  const stream = new StreamRedactor(redactor(secrets));
  return [...parts.map((part) => stream.push(part)), stream.end()];
}

it('finds a secret that is cut in two', () => {
  expect(redact({ db: 'correct horse' }, ['the password is correct', ' horse!\n'])).toEqual([
    'the password is ',
    '[secret db]!\n',
    '',
  ]);
});

it('lets go at once of what cannot become a secret', () => {
  expect(redact({ db: 'correct horse' }, ['correct\n', 'horse\n'])).toEqual(['correct\n', 'horse\n', '']);
});

it('waits for the longer of two secrets, and for one that begins within another', () => {
  expect(redact({ short: 'password', long: 'password-and-more' }, ['password', '-and-more']).join('')).toBe(
    '[secret long]',
  );
  expect(redact({ a: 'xyzwxyzab', b: 'abcdefghi' }, ['xyzwxyzab', 'cdefghi']).join('')).toBe(
    '[secret a]cdefghi',
  );
});

it('finds one of several lines', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----';
  const parts = key.split('\n').map((line) => `${line}\n`);
  expect(redact({ key }, parts).join('')).toBe('[secret key]\n');
});

it('says the same as for the whole text, wherever that is cut', () => {
  // Few letters, so that secrets overlap with themselves, with one another and with what is cut.
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 12 });
  const text = fc.array(fc.oneof(letters, fc.constantFrom('ab', '\n', 'a')), { maxLength: 12 });
  fc.assert(
    fc.property(letters, letters, text, fc.array(fc.nat(60), { maxLength: 6 }), (one, two, words, cuts) => {
      const whole = [one, ...words, two].join('');
      const ends = [...cuts, whole.length].sort((a, b) => a - b);
      const parts = ends.map((end, i) => whole.slice(ends[i - 1] ?? 0, end));
      const clean = redact({ one, two }, parts).join('');
      for (const secret of [one, two]) expect(clean).not.toContain(secret);
      expect(clean.replace(/\[secret \w+\]/g, '').length).toBeLessThanOrEqual(whole.length - 8);
    }),
  );
});
