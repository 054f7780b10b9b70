import { BoundedCache } from './bounded-cache.js';

it('forgets what was used least recently', () => {
  const cache = new BoundedCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
});

it('counts weights, also of entries that were replaced or deleted', () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set('a', 1, 6);
  cache.set('a', 2, 3);
  cache.set('b', 3, 7);
  expect([cache.get('a'), cache.get('b')]).toEqual([2, 3]);
  cache.delete('b');
  cache.set('c', 4, 7);
  expect([cache.get('a'), cache.get('c')]).toEqual([2, 4]);
  cache.set('huge', 5, 11);
  expect(cache.get('huge')).toBeUndefined();
});
