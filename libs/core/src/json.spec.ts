import fc from 'fast-check';
import { isTooDeep, type Json, MAX_JSON_DEPTH, resolvePointer } from './json.js';

function nested(depth: number): Json {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json;
}

describe('depth', () => {
  it('may reach the limit and not pass it, in arrays and objects', () => {
    expect(isTooDeep(nested(MAX_JSON_DEPTH))).toBe(false);
    expect(isTooDeep(nested(MAX_JSON_DEPTH + 1))).toBe(true);
    expect(isTooDeep({ a: [{ b: 1 }] }, 3)).toBe(false);
    expect(isTooDeep({ a: [{ b: {} }] }, 3)).toBe(true);
    expect(isTooDeep('text', 0)).toBe(false);
  });

  it('is judged for what overflows the stacks of others', () => {
    expect(isTooDeep(nested(500_000))).toBe(true);
  });
});

describe('a pointer', () => {
  const document: Json = {
    '': 'empty',
    'a/b': 'slash',
    'm~n': 'tilde',
    '~1': 'both',
    list: [{ x: 1 }, [null]],
    nothing: null,
  };

  it.each<[string, unknown]>([
    ['', document],
    ['/', 'empty'],
    ['/a~1b', 'slash'],
    ['/m~0n', 'tilde'],
    ['/~01', 'both'],
    ['/list/0/x', 1],
    ['/list/1/0', null],
    ['/nothing', null],
  ])('%j names %j', (pointer, value) => {
    expect(resolvePointer(document, pointer)).toEqual(value);
  });

  it.each([
    '/missing',
    '/list/2',
    '/list/-',
    '/list/00',
    '/list/1e0',
    '/list/length',
    '/nothing/x',
    '/list/0/x/y',
    '/toString',
    '/__proto__',
    '/constructor/name',
  ])('%j names nothing', (pointer) => {
    expect(resolvePointer(document, pointer)).toBeUndefined();
  });

  it('reaches every member of every document', () => {
    const key = fc.string();
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 })), key, fc.jsonValue(), (object, k, v) => {
        const whole = { ...object, [k]: v } as Json;
        const pointer = `/${k.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        expect(resolvePointer(whole, pointer)).toEqual(v);
      }),
    );
  });
});
