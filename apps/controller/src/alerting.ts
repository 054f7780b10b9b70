import { AlertDelivery, PoolWatch } from '@agentainer/pool';
import { Counter, type Logger, PeriodicService, type Registry, type Service } from '@agentainer/runtime';
import { type Keys, type Redis, RedisAlertStore, RedisLeadership } from '@agentainer/store-redis';
import { AlertWebhook } from './alert-webhook.js';
import type { EngineParts } from './engine-parts.js';
import { PoolStandings } from './pool-standings.js';

/** Milliseconds between two looks at the pools, and at what is to be told. */
const INTERVAL_MS = 1_000;
/** A break in a shortage that does not end it, in milliseconds. */
const CALM_MS = 5_000;

export interface AlertSettings {
  /** Milliseconds after which a pool that lanes wait for counts as exhausted. */
  afterMs: number;
  /** Where alerts are told; nowhere where it is undefined. */
  webhook?: { url: string; secret?: string };
}

export interface AlertingOptions {
  redis: Redis;
  keys: Keys;
  logger: Logger;
  metrics: Registry;
  settings: AlertSettings;
}

/** What raises and tells alerts: every controller has it, and the one that leads does it. */
export function alerting({ pools, queue }: EngineParts, options: AlertingOptions): Service[] {
  const { redis, keys, logger, settings } = options;
  const { afterMs, webhook } = settings;
  const alerts = new RedisAlertStore(redis, keys);
  const leadership = new RedisLeadership({ redis, keys, task: 'alerts', logger });
  const times = { afterMs, calmMs: Math.min(CALM_MS, afterMs) };
  const watch = new PoolWatch(new PoolStandings(pools, queue), alerts, times);
  const outcomes = deliveryCounter(options.metrics);
  const receiver = webhook && new AlertWebhook(webhook);
  const delivery = new AlertDelivery({
    alerts,
    receiver,
    logger,
    onEnd: (outcome) => outcomes.inc({ outcome }),
  });
  const looking = new PeriodicService({ name: 'pool watch', intervalMs: INTERVAL_MS, logger }, async () => {
    if (leadership.held) await watch.look();
    else watch.forget();
  });
  const telling = new PeriodicService({ name: 'alerts', intervalMs: INTERVAL_MS, logger }, async (signal) => {
    if (leadership.held) await delivery.deliver(signal, () => leadership.held);
  });
  return [leadership, looking, telling];
}

function deliveryCounter(metrics: Registry): Counter<'outcome'> {
  return new Counter({
    name: 'agentainer_alerts_total',
    help: 'Alerts that the webhook took, or that were given up',
    labelNames: ['outcome'],
    registers: [metrics],
  });
}
