import { type HostPressure, pressureText } from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import { type HostGauge, type HostLimits, pressureOf, resourceOf } from './host-pressure.js';
import type { KeeperObserver } from './ports.js';

export interface PressureWatchParts {
  gauge: HostGauge;
  /** The shares from which on the host is under pressure. */
  limits: HostLimits;
  logger: Logger;
  observer: Pick<KeeperObserver, 'host'>;
}

const READ_DEADLINE_MS = 2_000;

/** What puts the host under pressure, by the latest look at it. */
export class PressureWatch {
  pressure: readonly HostPressure[] = [];

  constructor(private readonly parts: PressureWatchParts) {}

  /** Looks again. What cannot be read changes nothing: agents are not ended on a guess. */
  async look(): Promise<void> {
    const { gauge, limits, logger, observer } = this.parts;
    try {
      const use = await withDeadline('reading the use of the host', READ_DEADLINE_MS, gauge.read());
      const before = this.pressure;
      this.pressure = pressureOf(use, limits, before);
      const known = new Set(before.map(resourceOf));
      if (this.pressure.some((one) => !known.has(resourceOf(one))))
        logger.warn(
          { ...use, limits },
          `the host is under pressure, idle agents end: ${pressureText(this.pressure)}`,
        );
      if (this.pressure.length === 0 && before.length > 0)
        logger.info({ ...use }, 'the host is not under pressure any more');
      observer.host(use, this.pressure);
    } catch (error) {
      logger.warn({ err: error }, 'how much of the host is in use could not be read');
    }
  }
}
