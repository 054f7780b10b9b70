import { type Logger, withDeadline } from '@agentainer/runtime';
import { type HostGauge, type HostUse, isUnderPressure } from './host-pressure.js';
import type { KeeperObserver } from './ports.js';

export interface PressureWatchParts {
  gauge: HostGauge;
  /** The shares from which on the host is under pressure. */
  limits: HostUse;
  logger: Logger;
  observer: Pick<KeeperObserver, 'host'>;
}

const READ_DEADLINE_MS = 2_000;

/** Whether the host is under pressure, by the latest look at it. */
export class PressureWatch {
  pressed = false;

  constructor(private readonly parts: PressureWatchParts) {}

  /** Looks again. What cannot be read changes nothing: agents are not ended on a guess. */
  async look(): Promise<void> {
    const { gauge, limits, logger, observer } = this.parts;
    try {
      const use = await withDeadline('reading the use of the host', READ_DEADLINE_MS, gauge.read());
      const pressed = isUnderPressure(use, limits, this.pressed);
      if (pressed && !this.pressed)
        logger.warn({ ...use, limits }, 'the host is under pressure: idle agents end');
      if (!pressed && this.pressed) logger.info({ ...use }, 'the host is not under pressure any more');
      this.pressed = pressed;
      observer.host(use, pressed);
    } catch (error) {
      logger.warn({ err: error }, 'how much of the host is in use could not be read');
    }
  }
}
