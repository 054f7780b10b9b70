import { createContext, Script } from 'node:vm';

const script = new Script('work()');

/**
 * Runs `work` and interrupts it after so many milliseconds, wherever it is. A process that was stopped for that long
 * interrupts what took no time at all: so it is tried once more.
 * @throws what `work` throws, or an Error where it took too long twice
 */
export function withinTime<T>(ms: number, work: () => T): T {
  for (let tries = 1; ; tries++) {
    try {
      return script.runInContext(createContext({ work }), { timeout: ms }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      if (tries === 2) throw new Error(`it took longer than ${ms} ms`, { cause: error });
    }
  }
}
