import type { TaskCalls } from './task-calls.js';

/** Asks the gateway for a secret, as one attempt of a task. @throws {StateError} */
export async function tellSecret(calls: TaskCalls, name: string): Promise<string> {
  return (await calls.ask('/secrets', { name })).value as string;
}
