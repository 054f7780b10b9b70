import { readText } from './machine-texts.js';
import type { WordCounts } from './word-counts.js';

/** What the map-reduce must come to: one loop over all files, in this process. */
export function plainCount(files: readonly string[]): WordCounts {
  const counts = new Map<string, number>();
  for (const file of files) {
    for (const word of readText(file)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return Object.fromEntries(counts);
}

export function areEqual(one: WordCounts, other: WordCounts): boolean {
  const words = Object.keys(one);
  return words.length === Object.keys(other).length && words.every((word) => one[word] === other[word]);
}
