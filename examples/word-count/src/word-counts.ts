/** How often each word occurs. */
export type WordCounts = Record<string, number>;

/** Counts the words of a text: runs of letters, without regard to case. */
export function countWords(text: string): WordCounts {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** The sum of several counts. */
export function addCounts(parts: Iterable<WordCounts>): WordCounts {
  const sum = new Map<string, number>();
  for (const counts of parts) {
    for (const [word, count] of Object.entries(counts)) sum.set(word, (sum.get(word) ?? 0) + count);
  }
  return Object.fromEntries(sum);
}

/** The most frequent words, then those first in the alphabet. */
export function topWords(counts: WordCounts, limit: number): [string, number][] {
  return Object.entries(counts)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, limit);
}
