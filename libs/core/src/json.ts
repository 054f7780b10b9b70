export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The deepest nesting accepted at any door; deeper values overflow the stacks of those that read them. */
export const MAX_JSON_DEPTH = 32;

/** Whether arrays and objects nest deeper than {@link MAX_JSON_DEPTH}. Walks without recursion. */
export function isTooDeep(value: unknown, limit = MAX_JSON_DEPTH): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const nested = level.filter((v) => typeof v === 'object' && v !== null);
    if (nested.length > 0 && depth >= limit) return true;
    level = nested.flatMap((v) => Object.values(v as object));
  }
  return false;
}

/**
 * The value that a JSON pointer (RFC 6901) names, or undefined where nothing is there.
 * The empty pointer names the whole document.
 */
export function resolvePointer(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const token of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
    else value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
