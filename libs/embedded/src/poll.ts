import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 10;

/** Asks until the answer is true; false where it was not within `withinMs`. */
export async function pollUntil(isDone: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await isDone())) {
    if (Date.now() >= deadline) return false;
    await delay(INTERVAL_MS);
  }
  return true;
}
