import type { StateAnswer, StateCall } from '@agentainer/contracts';
import type { Json } from '@agentainer/core';
import type { TaskCalls } from './task-calls.js';

/**
 * The state that all tasks of a run share. Each operation is atomic and persisted when its promise resolves.
 * A later attempt of the task that makes the same calls in the same order gets the answers of the first one,
 * so that a retried task does not count twice.
 *
 * Every method throws {@link StaleAttemptError} where the attempt is no longer the task's, and
 * {@link StateError} where the operation does not fit what the key holds, or the gateway stays away.
 */
export interface TaskState {
  /** Null where nothing is stored under the key. */
  get<T extends Json = Json>(key: string): Promise<T | null>;
  set(key: string, value: Json): Promise<void>;
  /** The number after the change. A key without a value counts from 0. */
  increment(key: string, by?: number): Promise<number>;
  /** The number of elements after the change. */
  append(key: string, value: Json): Promise<number>;
  /** Whether the value was not in the set before. */
  addToSet(key: string, value: Json): Promise<boolean>;
  /** Whether the value was in the set before. */
  removeFromSet(key: string, value: Json): Promise<boolean>;
  /** Stores `value` if the key holds `expected` (null: nothing); `value` of the answer is what it holds now. */
  compareAndSwap(key: string, expected: Json, value: Json): Promise<{ swapped: boolean; value: Json }>;
}

/** State through the gateway's socket, as one attempt of a task. */
export class GatewayState implements TaskState {
  constructor(private readonly calls: TaskCalls) {}

  async get<T extends Json>(key: string): Promise<T | null> {
    return (await this.call({ op: 'get', key })).value as T | null;
  }

  async set(key: string, value: Json): Promise<void> {
    await this.call({ op: 'set', key, value });
  }

  async increment(key: string, by = 1): Promise<number> {
    return (await this.call({ op: 'increment', key, by })).value as number;
  }

  async append(key: string, value: Json): Promise<number> {
    return (await this.call({ op: 'append', key, value })).value as number;
  }

  async addToSet(key: string, value: Json): Promise<boolean> {
    return (await this.call({ op: 'addToSet', key, value })).value as boolean;
  }

  async removeFromSet(key: string, value: Json): Promise<boolean> {
    return (await this.call({ op: 'removeFromSet', key, value })).value as boolean;
  }

  async compareAndSwap(key: string, expected: Json, value: Json) {
    const answer = await this.call({ op: 'compareAndSwap', key, expected, value });
    return { swapped: answer.swapped ?? false, value: answer.value };
  }

  private call(operation: StateCall['operation']): Promise<StateAnswer> {
    return this.calls.make('/state', { operation });
  }
}
