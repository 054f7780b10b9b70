import type { Redis } from 'ioredis';
import { Script } from '../script.js';
import type { RecordedAnswer } from './idempotency-reserve.js';

const script = new Script('idempotency-settle');

/** `open`: it may be tried again, with the same id. `forgotten`: nothing was made, and the key is free. */
export type Settlement =
  { kind: 'answered'; answer: RecordedAnswer } | { kind: 'open' } | { kind: 'forgotten' };

/** Ends the work on a reserved key; false where another one has taken over. */
export async function settleKey(
  redis: Redis,
  key: string,
  holder: string,
  settlement: Settlement,
): Promise<boolean> {
  const { status, location, body } =
    settlement.kind === 'answered' ? settlement.answer : { status: 0, location: '', body: '' };
  return (await script.run(redis, [key], [holder, settlement.kind, status, location, body])) === 1;
}
