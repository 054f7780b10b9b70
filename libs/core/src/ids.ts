import { decodeTime, monotonicFactory } from 'ulid';

/** What ids are drawn from, many bytes at a time: one by one they cost more than all the rest of an id. */
const drawn = new Uint8Array(1_024);
let next = drawn.length;

const ulid = monotonicFactory(() => {
  if (next === drawn.length) {
    crypto.getRandomValues(drawn);
    next = 0;
  }
  return drawn[next++]! / 256;
});

/** What an id is of; it is the id's first part, so that a stray id in a log tells what it names. */
export type IdKind = 'wf' | 'run' | 'layout' | 'agent' | 'lease' | 'ticket' | 'slot' | 'key' | 'worker';

/**
 * A new id such as `run_01jd…`: unique, sortable by creation time (those of one process also within a millisecond),
 * safe in URLs, keys and file names. Not a secret.
 */
export function newId(kind: IdKind): string {
  return `${kind}_${ulid().toLowerCase()}`;
}

/** When an id was made, in milliseconds since 1970 by the clock of its maker. */
export function timeOfId(id: string): number {
  return decodeTime(id.slice(id.indexOf('_') + 1).toUpperCase());
}
