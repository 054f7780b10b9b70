import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@agentainer/runtime';
import type { Alert, AlertReceiver, AlertStore } from './alert-port.js';

/** Alerts told in one turn. */
const AT_ONCE = 20;
/** How often one is tried, and the pause after the first failure in milliseconds; each further one is twice as long. */
const TRIES = 5;
const PAUSE_MS = 1_000;

export interface AlertDeliveryOptions {
  alerts: Pick<AlertStore, 'untold' | 'told'>;
  /** Undefined where nobody is to be told: alerts are only noted then. */
  receiver: AlertReceiver | undefined;
  logger: Logger;
  /** Is told how it went with each. */
  onEnd: (outcome: 'told' | 'given_up') => void;
  pauseMs?: number;
}

/**
 * Tells alerts one after another. One that is not taken is tried again a few times and then given up. After a crash one may be told
 * again, with the same id.
 */
export class AlertDelivery {
  constructor(private readonly options: AlertDeliveryOptions) {}

  /** Tells what was not told yet. To be repeated, by one process at a time: `mayGoOn` says whether this is still the one. */
  async deliver(signal: AbortSignal, mayGoOn: () => boolean): Promise<void> {
    const { alerts, receiver, onEnd } = this.options;
    for (const alert of await alerts.untold(AT_ONCE)) {
      const outcome = receiver ? await this.tell(receiver, alert, signal, mayGoOn) : 'told';
      if (outcome === 'stopped') return;
      await alerts.told(alert.id);
      if (receiver) onEnd(outcome);
    }
  }

  private async tell(
    receiver: AlertReceiver,
    alert: Alert,
    signal: AbortSignal,
    mayGoOn: () => boolean,
  ): Promise<'told' | 'given_up' | 'stopped'> {
    const { logger, pauseMs = PAUSE_MS } = this.options;
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted || !mayGoOn()) return 'stopped';
      try {
        await receiver.tell(alert, signal);
        return 'told';
      } catch (error) {
        if (signal.aborted) return 'stopped';
        logger.warn({ err: error, alert: alert.id, type: alert.type, attempt }, 'an alert was not taken');
        if (attempt === TRIES) return 'given_up';
      }
      await sleep(pauseMs * 2 ** (attempt - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}
