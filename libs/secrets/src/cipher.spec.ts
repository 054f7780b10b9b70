import fc from 'fast-check';
import { SecretCipher, SecretKeyError } from './cipher.js';

const cipher = SecretCipher.ofText(SecretCipher.newKey());

it('opens what it sealed, and never seals alike', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (value, name) => {
      const sealed = cipher.seal(name, value);
      expect(cipher.open(name, sealed)).toBe(value);
      expect(cipher.seal(name, value)).not.toBe(sealed);
    }),
  );
});

it('holds nothing of the value', () => {
  const value = 'a-password-of-some-length';
  const sealed = cipher.seal('db', value);
  expect(Buffer.from(sealed.split('.')[2]!, 'base64').toString('latin1')).not.toContain(value.slice(0, 6));
});

it('refuses what was sealed for another name, with another key, or changed', () => {
  const sealed = cipher.seal('db', 'a-password');
  expect(() => cipher.open('other', sealed)).toThrow('is not as it was sealed');
  expect(() => SecretCipher.ofText(SecretCipher.newKey()).open('db', sealed)).toThrow('another key');
  const [version, key, body] = sealed.split('.') as [string, string, string];
  for (const at of [0, 12, 27, 30]) {
    const bytes = Buffer.from(body, 'base64');
    bytes[at]! ^= 1;
    expect(() => cipher.open('db', [version, key, bytes.toString('base64')].join('.'))).toThrow(
      'as it was sealed',
    );
  }
  expect(() => cipher.open('db', 'v1')).toThrow('another key');
});

it('takes keys of 32 bytes, in base64 or hexadecimal digits', () => {
  const hex = 'ab'.repeat(32);
  const sealed = SecretCipher.ofText(hex).seal('a', 'value');
  expect(SecretCipher.ofText(`${Buffer.from(hex, 'hex').toString('base64')}\n`).open('a', sealed)).toBe(
    'value',
  );
  for (const bad of ['', 'short', 'ab'.repeat(31)])
    expect(() => SecretCipher.ofText(bad)).toThrow(SecretKeyError);
});
