import { createHash } from 'node:crypto';
import { type IdKind, InvalidInputError, newId } from '@agentainer/core';
import { withDeadline } from '@agentainer/runtime';
import type { IdempotencyStore, RecordedAnswer, Settlement } from '@agentainer/store-redis';
import type { Answer } from './answer.js';
import { ANSWER_DEADLINE_MS } from './deadline.js';
import { HttpError } from './http-error.js';
import { problemOf } from './problem-of.js';

const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/** Where the keys of clients are kept. */
export type IdempotencyKeys = Pick<IdempotencyStore, 'reserve' | 'settle'>;

/** An answer that can be given again: nothing of it is streamed. */
export type CreatedAnswer = Omit<Answer, 'field'>;

/** A request that makes something. */
export interface Creation {
  /** Whose key it is: clients do not share keys. */
  client: string;
  /** The header `Idempotency-Key`, where it was sent. */
  key: string | undefined;
  /** What makes it the same request. */
  method: string;
  path: string;
  body: unknown;
  creates: IdKind;
  /** Makes it under the id given. Called again with the same id it must make nothing more. */
  make(id: string): Promise<CreatedAnswer>;
}

/**
 * Makes something once. Without a key that is what each call does. With one, the id of what will be made is
 * reserved first: a call that follows a dead one makes it under the same id, and one that follows an answer gets that answer.
 */
export async function createOnce(store: IdempotencyKeys, creation: Creation): Promise<CreatedAnswer> {
  const { client, key, creates, make } = creation;
  const id = newId(creates);
  if (key === undefined) return inTime(make(id));
  if (!KEY_FORM.test(key)) {
    const message = 'must be 1 to 255 visible characters of ASCII';
    throw new InvalidInputError([{ path: 'Idempotency-Key', message }]);
  }
  const reservation = await store.reserve({ client, key, fingerprint: fingerprintOf(creation), id });
  switch (reservation.kind) {
    case 'answered':
      return replayed(reservation.answer);
    case 'other':
      throw new HttpError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another request');
    case 'busy':
      throw new HttpError('IDEMPOTENCY_KEY_BUSY', 'a request with this Idempotency-Key is being worked on', {
        'Retry-After': '1',
      });
    case 'reserved': {
      const settle = (settlement: Settlement) =>
        store.settle({ client, key, holder: reservation.holder }, settlement);
      return makeReserved(() => make(reservation.id), reservation.first, settle);
    }
  }
}

async function makeReserved(
  make: () => Promise<CreatedAnswer>,
  first: boolean,
  settle: (settlement: Settlement) => Promise<boolean>,
): Promise<CreatedAnswer> {
  let answer: CreatedAnswer;
  try {
    answer = await inTime(make());
  } catch (error) {
    // What was refused made nothing, unless a call before this one got further; all else may have.
    const refused = problemOf(error).problem.status < 500;
    await settle({ kind: first && refused ? 'forgotten' : 'open' }).catch(() => undefined);
    throw error;
  }
  // It is made: where the answer cannot be recorded, a call that is repeated makes it again under its id.
  await settle({ kind: 'answered', answer: recordOf(answer) }).catch(() => undefined);
  return answer;
}

function inTime(answer: Promise<CreatedAnswer>): Promise<CreatedAnswer> {
  return withDeadline('the answer', ANSWER_DEADLINE_MS, answer);
}

function recordOf({ status = 200, headers = {}, body }: CreatedAnswer): RecordedAnswer {
  return { status, location: headers.Location ?? '', body: JSON.stringify(body) };
}

function replayed({ status, location, body }: RecordedAnswer): CreatedAnswer {
  const headers = { 'Idempotency-Replayed': 'true', ...(location !== '' && { Location: location }) };
  return { status, headers, body: JSON.parse(body) as object };
}

function fingerprintOf({ method, path, body }: Creation): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest('base64url');
}
