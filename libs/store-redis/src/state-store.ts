import {
  ConflictError,
  type Fault,
  InvalidInputError,
  type Json,
  NotFoundError,
  stateKeySchema,
} from '@agentainer/core';
import {
  type RunStateStore,
  STATE_LIMITS,
  type StateOperationAnswer,
  type StateRequest,
} from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { applyStateOperation } from './scripts/state-apply.js';
import { putState } from './scripts/state-put.js';
import { readState } from './scripts/state-read.js';
import { canonicalJson } from './state-json.js';

/** The state of runs in Redis. Every method is one script and one round trip. */
export class RedisStateStore implements RunStateStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async all(runId: string): Promise<Record<string, Json>> {
    return Object.fromEntries(await readState(this.redis, this.keys, runId));
  }

  async get(runId: string, key: string): Promise<Json | undefined> {
    const [entry] = await readState(this.redis, this.keys, runId, key);
    return entry?.[1];
  }

  async put(runId: string, values: Record<string, Json>): Promise<void> {
    const faults = Object.entries(values).flatMap(([key, value]) => faultsOf(key, value));
    if (faults.length > 0) throw new InvalidInputError(faults);
    const answer = await putState(this.redis, this.keys, runId, values);
    if (answer === 'unknown') throw new NotFoundError('run', runId);
    if (answer === 'ended') throw new ConflictError(`run ${runId} has ended: its state no longer changes`);
    if (answer !== 'ok') {
      const unit = answer === 'keys' ? 'keys' : 'bytes';
      throw new ConflictError(`the state of run ${runId} is limited to ${STATE_LIMITS[answer]} ${unit}`);
    }
  }

  async apply(request: StateRequest): Promise<StateOperationAnswer> {
    const { operation } = request;
    if ('value' in operation) {
      const limit = passedLimit(operation.value);
      if (limit) return { kind: 'full', limit };
    }
    return applyStateOperation(this.redis, this.keys, request);
  }
}

function passedLimit(value: Json): 'elements' | 'value' | undefined {
  if (Array.isArray(value) && value.length > STATE_LIMITS.elements) return 'elements';
  return Buffer.byteLength(canonicalJson(value)) > STATE_LIMITS.value ? 'value' : undefined;
}

function faultsOf(key: string, value: Json): Fault[] {
  const named = stateKeySchema.safeParse(key);
  if (!named.success) return named.error.issues.map(({ message }) => ({ path: key, message }));
  const limit = passedLimit(value);
  if (!limit) return [];
  const unit = limit === 'elements' ? 'elements' : 'bytes of JSON';
  return [{ path: key, message: `must not have more than ${STATE_LIMITS[limit]} ${unit}` }];
}
