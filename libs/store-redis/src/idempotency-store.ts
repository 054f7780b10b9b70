import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { type Reservation, reserveKey } from './scripts/idempotency-reserve.js';
import { type Settlement, settleKey } from './scripts/idempotency-settle.js';

export interface IdempotencyTimes {
  /** Milliseconds after which a call that has not ended counts as dead, and the next one takes over. */
  holdMs: number;
  /** Milliseconds that an answer is given again. */
  keepMs: number;
}

export const DEFAULT_IDEMPOTENCY_TIMES: IdempotencyTimes = { holdMs: 15_000, keepMs: 86_400_000 };

/** Idempotency keys of clients in Redis: each belongs to one request, the id of what it makes, and its answer. */
export class IdempotencyStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly times: IdempotencyTimes = DEFAULT_IDEMPOTENCY_TIMES,
  ) {}

  /**
   * Reserves a client's key for one request. What it makes gets the id that is reserved with it, so that who
   * takes over from a dead call makes the same thing and not a second one.
   */
  async reserve(request: { client: string; key: string; fingerprint: string; id: string }) {
    const { client, key, fingerprint, id } = request;
    const holder = randomBytes(12).toString('base64url');
    const reservation: Reservation = await reserveKey(this.redis, this.keyOf(client, key), {
      fingerprint,
      id,
      holder,
      ...this.times,
    });
    return { ...reservation, holder };
  }

  /** Ends the work on a reserved key; false where another one has taken over. */
  settle({ client, key, holder }: { client: string; key: string; holder: string }, settlement: Settlement) {
    return settleKey(this.redis, this.keyOf(client, key), holder, settlement);
  }

  /** What a client writes is hashed: it may be long, and hold any character. */
  private keyOf(client: string, key: string): string {
    return this.keys.idempotency(client, createHash('sha256').update(key).digest('hex'));
  }
}
