import type { Json } from '@agentainer/core';

/** The document with nothing but what is at the paths. */
export function pick(document: Json, paths: string[][]): Json {
  if (paths.some((path) => path.length === 0)) return document;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const heads = new Set(paths.map(([head]) => head!));
  const kept = [...heads].filter((head) => Object.hasOwn(document, head) && head !== '__proto__');
  return Object.fromEntries(
    kept.map((head) => {
      const below = paths.filter((path) => path[0] === head).map((path) => path.slice(1));
      return [head, pick(document[head]!, below)];
    }),
  );
}
