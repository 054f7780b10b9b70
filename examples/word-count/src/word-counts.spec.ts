import { addCounts, countWords, topWords } from './word-counts.js';

describe('countWords', () => {
  it('counts words without regard to case and punctuation', () => {
    expect(countWords('The cat, the CAT; größe 42 größe!')).toEqual({ the: 2, cat: 2, größe: 2 });
  });

  it('counts words that are names of every object', () => {
    expect(countWords('constructor toString constructor')).toEqual({ constructor: 2, tostring: 1 });
  });
});

describe('addCounts', () => {
  it('adds up', () => {
    expect(addCounts([{ a: 1, b: 2 }, { b: 3 }, {}])).toEqual({ a: 1, b: 5 });
  });
});

describe('topWords', () => {
  it('sorts by count, then by word', () => {
    expect(topWords({ b: 1, a: 1, c: 5 }, 2)).toEqual([
      ['c', 5],
      ['a', 1],
    ]);
  });
});
