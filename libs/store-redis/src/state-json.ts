import type { Json } from '@agentainer/core';

/** The one JSON text of a value: object keys in order, so that equal values have equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/** A value as the scripts store it: `j` with one text, or `l` with the text of each element of a list. */
export interface StoredValue {
  kind: 'j' | 'l';
  texts: string[];
  /** Bytes of all the texts. */
  bytes: number;
}

export function storedValue(value: Json): StoredValue {
  const texts = Array.isArray(value) ? value.map(canonicalJson) : [canonicalJson(value)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { kind: Array.isArray(value) ? 'l' : 'j', texts, bytes };
}
