import { chosen } from './choice.js';

const all = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
const names = (list: { name: string }[]) => list.map(({ name }) => name);

it('is all of them, or those that are named', () => {
  expect(names(chosen(all, []))).toEqual(['a', 'b', 'c']);
  expect(names(chosen(all, ['c', 'a']))).toEqual(['a', 'c']);
});

it('names those that there are where one is not', () => {
  expect(() => chosen(all, ['a', 'x', 'y'])).toThrow('x, y; there are a, b, c');
});
