import type { AskingAttempt, Start, StartReservation, StartStore } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { reserveStart } from './scripts/start-reserve.js';

/** What tasks start, in the log of their calls. */
export class RedisStartStore implements StartStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  reserve(attempt: AskingAttempt, start: Start, id: string, atMost: number): Promise<StartReservation> {
    return reserveStart(this.redis, this.keys, attempt, { start, id, atMost });
  }
}
