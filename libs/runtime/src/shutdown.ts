import type { Logger } from './logger.js';
import type { Service } from './service.js';

/** How long a process may take to stop before it ends itself, in milliseconds. */
export const SHUTDOWN_DEADLINE_MS = 30_000;

/**
 * Runs a service as the process's purpose: starts it, stops it on SIGINT or SIGTERM (also while it starts),
 * and sets the exit code (0 stopped as asked, 1 failed). A second signal, or a stop that takes longer than
 * `deadlineMs`, ends the process at once.
 */
export async function runUntilSignal(
  service: Service,
  logger: Logger,
  deadlineMs = SHUTDOWN_DEADLINE_MS,
): Promise<void> {
  const signalled = firstSignal();
  const started = service.start();
  try {
    if ((await Promise.race([signalled, started])) === undefined) logger.info(`${service.name} started`);
    logger.info(`${service.name} stops on ${await signalled}`);
  } catch (error) {
    logger.fatal({ err: error }, `${service.name} failed: ${String((error as Error).message)}`);
    process.exitCode = 1;
  }
  const overdue = setTimeout(() => {
    logger.fatal(`${service.name} did not stop in time`);
    process.exit(1);
  }, deadlineMs);
  await service.stop().catch((error: unknown) => {
    logger.error({ err: error }, `${service.name} did not stop cleanly`);
    process.exitCode = 1;
  });
  // What a service forgot to give back would keep the process alive: it still ends at the deadline.
  overdue.unref();
}

/** The first signal to end; the second one, whichever it is, ends the process. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let signals = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) process.exit(1);
        resolve(signal);
      });
    }
  });
}
