import { randomBytes } from 'node:crypto';

const BYTES = 12;
/** Asking the kernel for many costs as much as asking for one. */
const DRAWN_AT_ONCE = 256;

let drawn = Buffer.alloc(0);
let next = 0;

/** Sixteen characters that nobody can guess, and that no other call gets. */
export function newNonce(): string {
  if (next === drawn.length) {
    drawn = randomBytes(BYTES * DRAWN_AT_ONCE);
    next = 0;
  }
  const from = next;
  next += BYTES;
  return drawn.toString('base64url', from, next);
}
