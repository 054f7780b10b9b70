import { jainIndex, median, percentile } from './statistics.js';

it.each([
  [[5], 0.5, 5],
  [[3, 1, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.5, 2],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99, 10],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0, 1],
  [[10, 20], 1, 20],
])('of %j at %d is %d', (samples, p, expected) => expect(percentile(samples, p)).toBe(expected));

it('leaves the samples as they are', () => {
  const samples = [3, 1, 2];
  expect(median(samples)).toBe(2);
  expect(samples).toEqual([3, 1, 2]);
});

it.each([
  [[2, 2, 2], 1],
  [[1, 0, 0, 0], 0.25],
  [[0, 0], 1],
  [[1, 3], 0.8],
])('the fairness of %j is %d', (shares, expected) => expect(jainIndex(shares)).toBeCloseTo(expected, 10));
