import type { Registry } from 'prom-client';
import { ConfigError } from './config.js';
import { createLogger, type Logger, type LogLevel } from './logger.js';
import { createRegistry } from './metrics.js';
import type { Service } from './service.js';
import { runUntilSignal } from './shutdown.js';

/** What every process has for its service. */
export interface ProcessParts {
  logger: Logger;
  metrics: Registry;
}

/**
 * A whole process: reads its settings, wires its service, and runs that until a signal ({@link runUntilSignal}). Settings
 * that are wrong end it with exit code 2 and a line for each on standard error; a service that cannot be wired, with 1.
 */
export async function runProcess<C extends { logLevel: LogLevel }>(
  name: string,
  read: () => C,
  compose: (config: C, parts: ProcessParts) => Service | Promise<Service>,
): Promise<void> {
  let config: C;
  try {
    config = read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 2;
    return;
  }
  const logger = createLogger(name, config.logLevel);
  let service: Service;
  try {
    service = await compose(config, { logger, metrics: createRegistry(name) });
  } catch (error) {
    logger.fatal({ err: error }, `${name} failed: ${(error as Error).message}`);
    process.exitCode = 1;
    return;
  }
  await runUntilSignal(service, logger);
}
