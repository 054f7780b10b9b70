import { silentLogger, type Logger } from './logger.js';
import { PeriodicService } from './periodic-service.js';

const HOUR_MS = 3_600_000;

/** A service whose turns can be waited for. */
function counting(intervalMs: number, turn: (n: number, signal: AbortSignal) => Promise<void> | void) {
  let turns = 0;
  const waiting = new Map<number, () => void>();
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (fields: { err: unknown }) => errors.push(fields.err) };
  const options = { name: 'periodic', intervalMs, logger: logger as unknown as Logger };
  const service = new PeriodicService(options, async (signal) => {
    turns += 1;
    waiting.get(turns)?.();
    await turn(turns, signal);
  });
  const reached = (n: number) =>
    turns >= n ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(n, resolve));
  return { service, errors, reached, turns: () => turns };
}

it('takes its first turn at once and then one after the other', async () => {
  let running = 0;
  let most = 0;
  const { service, reached } = counting(1, async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
  });
  await Promise.all([service.start(), service.start()]);
  await reached(5);
  await service.stop();
  expect(most).toBe(1);
});

it('does not wait for its interval when it is woken', async () => {
  const { service, reached } = counting(HOUR_MS, () => undefined);
  await service.start();
  await reached(1);
  await new Promise(setImmediate);
  service.wake();
  await reached(2);
  await service.stop();
});

it('takes one more turn when it is woken during one', async () => {
  let finish: () => void = () => undefined;
  const { service, reached, turns } = counting(HOUR_MS, (n) =>
    n === 1 ? new Promise<void>((resolve) => (finish = resolve)) : undefined,
  );
  await service.start();
  service.wake();
  service.wake();
  expect(turns()).toBe(1);
  finish();
  await reached(2);
  await new Promise(setImmediate);
  expect(turns()).toBe(2);
  await service.stop();
});

it('goes on after a turn that failed, and logs why', async () => {
  const { service, reached, errors } = counting(1, (n) => {
    if (n === 1) throw new Error('first');
  });
  await service.start();
  await reached(2);
  await service.stop();
  expect(errors.map(String)).toEqual(['Error: first']);
});

it('tells the running turn to end and waits for it when it stops', async () => {
  let ended = false;
  const { service, reached, turns, errors } = counting(1, async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    throw signal.reason;
  });
  await service.start();
  await reached(1);
  await Promise.all([service.stop(), service.stop()]);
  expect([ended, turns(), errors]).toEqual([true, 1, []]);
});

it('ends at once while it waits for its interval', async () => {
  const { service, reached } = counting(HOUR_MS, () => undefined);
  await service.start();
  await reached(1);
  await new Promise(setImmediate);
  const since = performance.now();
  await service.stop();
  expect(performance.now() - since).toBeLessThan(1_000);
});

it('may be stopped before it was started, and takes no turn then', async () => {
  const { service, turns } = counting(1, () => undefined);
  await service.stop();
  await service.start();
  await service.stop();
  expect(turns()).toBe(0);
});
