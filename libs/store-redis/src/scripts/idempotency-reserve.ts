import type { Redis } from 'ioredis';
import { Script } from '../script.js';

const script = new Script('idempotency-reserve');

/** The first answer to a request, as it is given again. */
export interface RecordedAnswer {
  status: number;
  /** '' where there is none. */
  location: string;
  /** JSON text. */
  body: string;
}

export type Reservation =
  /** `first` where nobody had begun to make `id` before. */
  | { kind: 'reserved'; id: string; first: boolean }
  | { kind: 'answered'; answer: RecordedAnswer }
  /** Another call with the same key is at work. */
  | { kind: 'busy'; ms: number }
  /** The key was used for another request. */
  | { kind: 'other' };

type Reply =
  | ['reserved', id: string, first: number]
  | ['answered', status: number, location: string, body: string]
  | ['busy', ms: number]
  | ['other'];

/** Reserves a key of a client for one request, or tells what became of the request that has it. */
export async function reserveKey(
  redis: Redis,
  key: string,
  request: { fingerprint: string; id: string; holder: string; holdMs: number; keepMs: number },
): Promise<Reservation> {
  const { fingerprint, id, holder, holdMs, keepMs } = request;
  const reply = (await script.run(redis, [key], [fingerprint, id, holder, holdMs, keepMs])) as Reply;
  switch (reply[0]) {
    case 'reserved':
      return { kind: 'reserved', id: reply[1], first: reply[2] === 1 };
    case 'answered':
      return { kind: 'answered', answer: { status: reply[1], location: reply[2], body: reply[3] } };
    case 'busy':
      return { kind: 'busy', ms: reply[1] };
    case 'other':
      return { kind: 'other' };
  }
}
