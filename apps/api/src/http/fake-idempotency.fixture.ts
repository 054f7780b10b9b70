import { randomUUID } from 'node:crypto';
import type { RecordedAnswer } from '@agentainer/store-redis';
import type { IdempotencyKeys } from './idempotency.js';

interface Kept {
  fingerprint: string;
  id: string;
  first: string;
  holder: string;
  answer?: RecordedAnswer;
}

/** Clients' keys in memory; nobody takes over from a call that has not ended. */
export class FakeIdempotency implements IdempotencyKeys {
  readonly kept = new Map<string, Kept>();

  reserve({ client, key, fingerprint, id }: Parameters<IdempotencyKeys['reserve']>[0]) {
    const holder = randomUUID();
    const place = `${client} ${key}`;
    const kept = this.kept.get(place) ?? { fingerprint, id, first: holder, holder: '' };
    this.kept.set(place, kept);
    if (kept.fingerprint !== fingerprint) return Promise.resolve({ kind: 'other' as const, holder });
    if (kept.answer) return Promise.resolve({ kind: 'answered' as const, answer: kept.answer, holder });
    if (kept.holder !== '') return Promise.resolve({ kind: 'busy' as const, ms: 1_000, holder });
    kept.holder = holder;
    const first = kept.first === holder;
    return Promise.resolve({ kind: 'reserved' as const, id: kept.id, first, holder });
  }

  settle(...[{ client, key, holder }, settlement]: Parameters<IdempotencyKeys['settle']>) {
    const place = `${client} ${key}`;
    const kept = this.kept.get(place);
    if (kept?.holder !== holder) return Promise.resolve(false);
    if (settlement.kind === 'answered') kept.answer = settlement.answer;
    else if (settlement.kind === 'forgotten') this.kept.delete(place);
    else kept.holder = '';
    return Promise.resolve(true);
  }
}
