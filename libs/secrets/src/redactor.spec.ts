import fc from 'fast-check';
import { Redactor, SHORTEST_SECRET } from './redactor.js';

const redactor = (secrets: Record<string, string>) => new Redactor(new Map(Object.entries(secrets)));

it('takes secrets out of text, in every form in which programs write them', () => {
  const value = 'p@ss "word"\n/+?';
  const forms = [
    value,
    JSON.stringify({ value }),
    JSON.stringify(JSON.stringify({ value })),
    `Basic ${Buffer.from(value).toString('base64')}`,
    Buffer.from(value).toString('base64url'),
    `https://x/?token=${encodeURIComponent(value)}`,
  ];
  for (const form of forms) expect(redactor({ db: value }).redact(form)).toContain('[secret db]');
});

it('takes them out of JSON and leaves JSON, whatever they are', () => {
  const clean = (value: string, document: unknown) =>
    JSON.parse(redactor({ db: value }).redactJson(JSON.stringify(document))) as unknown;
  expect(clean('","b":"x', { a: '","b":"x', b: 'x' })).toEqual({ a: '[secret db]', b: 'x' });
  expect(clean('12345678', { pin: 12345678, list: [1, '12345678 it is'], '12345678': null })).toEqual({
    pin: '[secret db]',
    list: [1, '[secret db] it is'],
    '[secret db]': null,
  });
});

it('takes the longer one where one secret is a part of another', () => {
  const both = redactor({ short: 'password', long: 'password-and-more' });
  expect(both.redact('password-and-more, password')).toBe('[secret long], [secret short]');
});

it('leaves JSON that is JSON, without the secret, and all else as it was', () => {
  const secret = fc.string({ minLength: SHORTEST_SECRET, maxLength: 40 });
  fc.assert(
    fc.property(fc.jsonValue(), secret, fc.string(), (document, value, name) => {
      const text = JSON.stringify({ document, value });
      const clean = JSON.parse(
        new Redactor(new Map([[name.replace(/[^a-z]/g, ''), value]])).redactJson(text),
      ) as {
        value: string;
      };
      expect(clean.value).not.toContain(value);
    }),
  );
  expect(redactor({ a: 'password' }).redact('nothing of it')).toBe('nothing of it');
});
