import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** A JSON logger on standard error (standard output belongs to results), with what could be a secret taken out. */
export function createLogger(name: string, level: LogLevel = 'info'): Logger {
  return pino(
    {
      name,
      level,
      redact: ['*.token', '*.authorization', '*.apiKey', 'token', 'authorization', 'apiKey'],
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** A logger that says nothing: for tests and for embedding. */
export const silentLogger: Logger = pino({ level: 'silent' });
