import type { Page } from '@agentainer/engine';

/** One page of ids, newest first; the cursor is the last id of the page before. */
export function pageOfIds(ids: readonly string[], options: { limit: number; cursor?: string }): Page<string> {
  const newest = ids.toReversed();
  const start = options.cursor === undefined ? 0 : newest.indexOf(options.cursor) + 1;
  const items = newest.slice(start, start + options.limit);
  return { items, ...(start + items.length < newest.length && { next: items.at(-1) }) };
}
