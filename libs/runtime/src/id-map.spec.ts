import { IdMap } from './id-map.js';

it('holds a value for each id until it is deleted', () => {
  const map = new IdMap<number>();
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, 2, undefined]);
  expect(map.values()).toEqual([3, 2]);
  expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
  expect([map.has('a'), map.has('b')]).toEqual([false, true]);
});

it('knows no id that was not set, be it the name of what objects have', () => {
  const map = new IdMap<number>();
  for (const id of ['constructor', '__proto__', 'toString']) {
    expect([map.get(id), map.has(id), map.delete(id)]).toEqual([undefined, false, false]);
    map.set(id, 1);
    expect([map.get(id), map.values()]).toEqual([1, [1]]);
    map.delete(id);
  }
});
