import fc from 'fast-check';
import { byteSizeSchema, formatBytes, parseBytes } from './byte-size.js';

describe('a size', () => {
  it.each([
    ['512MiB', 536_870_912],
    ['1.5GiB', 1_610_612_736],
    ['64KiB', 65_536],
    ['7B', 7],
    [1_000, 1_000],
    [0, 0],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each([
    '',
    '512',
    '512 MiB',
    '512MB',
    '512m',
    '-1MiB',
    'MiB',
    '1e3KiB',
    -1,
    1.5,
    NaN,
    Infinity,
    '9999999TiB',
  ])('%s is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  it('is written so that it can be read again', () => {
    fc.assert(fc.property(fc.nat(), (bytes) => parseBytes(formatBytes(bytes)) === bytes));
    expect([formatBytes(536_870_912), formatBytes(1_536), formatBytes(0), formatBytes(1_025)]).toEqual([
      '512MiB',
      '1536B',
      '0B',
      '1025B',
    ]);
  });

  it('may have bounds', () => {
    const schema = byteSizeSchema(1_024, 2 ** 20);
    expect(schema.parse('1KiB')).toBe(1_024);
    const { error } = schema.safeParse('2MiB');
    expect(error!.issues[0]!.message).toBe('must be from 1KiB to 1MiB');
  });
});
