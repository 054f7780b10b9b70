import type { Logger } from './logger.js';
import type { Service } from './service.js';

/** How long a process may take to stop before it ends itself, in milliseconds. */
export const SHUTDOWN_DEADLINE_MS = 30_000;

/**
 * Runs a service as the process's purpose: starts it, stops it on SIGINT or SIGTERM, and sets the exit code
 * (0 stopped as asked, 1 failed). A second signal, or a stop that takes too long, ends the process at once.
 */
export async function runUntilSignal(service: Service, logger: Logger): Promise<void> {
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
  });
  try {
    await service.start();
    logger.info(`${service.name} started`);
    const signal = await signalled;
    logger.info(`${service.name} stops on ${signal}`);
  } catch (error) {
    logger.fatal({ err: error }, `${service.name} failed`);
    process.exitCode = 1;
  }
  const overdue = setTimeout(() => {
    logger.fatal(`${service.name} did not stop in time`);
    process.exit(1);
  }, SHUTDOWN_DEADLINE_MS);
  overdue.unref();
  await service.stop().catch((error: unknown) => {
    logger.error({ err: error }, `${service.name} did not stop cleanly`);
    process.exitCode = 1;
  });
}
