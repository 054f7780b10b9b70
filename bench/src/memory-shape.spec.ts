import { flatnessOf, isLinear } from './memory-shape.js';

const samples = (at: (share: number) => number) => Array.from({ length: 101 }, (_, i) => at(i / 100));

it('is flat where the end holds about what a tenth of the work did', () => {
  expect(flatnessOf(samples(() => 100))).toEqual({ tenth: 100, end: 100, most: 100, isFlat: true });
  expect(flatnessOf(samples((share) => 100 + 15 * share)).isFlat).toBe(true);
  expect(flatnessOf(samples((share) => 100 - 15 * share)).isFlat).toBe(true);
});

it('is not flat where it grows or shrinks with the work', () => {
  expect(flatnessOf(samples((share) => 100 + 100 * share))).toMatchObject({ tenth: 110, isFlat: false });
  expect(flatnessOf(samples((share) => 200 - 100 * share)).isFlat).toBe(false);
});

it('does not look at what is held before a tenth of the work, nor at single peaks', () => {
  expect(flatnessOf(samples((share) => (share < 0.04 ? 10 : 100))).isFlat).toBe(true);
  const peaks = samples((share) => (share === 0.1 || share === 1 ? 900 : 100));
  expect(flatnessOf(peaks)).toEqual({ tenth: 100, end: 100, most: 900, isFlat: true });
});

it('takes few samples as they are', () => {
  expect(flatnessOf([100])).toMatchObject({ tenth: 100, end: 100 });
  expect(flatnessOf([100, 300])).toMatchObject({ end: 300, isFlat: false });
});

it.each([
  [[600, 600, 600], true],
  [[600, 650, 700], true],
  [[700, 650, 600], true],
  [[600, 700, 900], false],
  [[900, 600], false],
])('costs %j a thing: linear is %s', (perThing, expected) => expect(isLinear(perThing)).toBe(expected));
