import type { PoolStanding } from './exhaustion.js';

export type AlertType = 'pool.exhausted' | 'pool.recovered';

/** Something that an operator should know of. Ids are in the order in which alerts were raised. */
export interface Alert {
  id: string;
  at: number;
  type: AlertType;
  pool: PoolStanding;
}

/** Alerts, and the pools that are exhausted: each change of a pool is one alert. */
export interface AlertStore {
  /** Pools that count as exhausted. */
  exhausted(): Promise<ReadonlySet<string>>;
  /** Notes that a pool is exhausted, or is not any longer, and raises the alert; false where that was noted before. */
  raise(type: AlertType, pool: PoolStanding): Promise<boolean>;
  /** Alerts that were not told yet, the oldest first. */
  untold(limit: number): Promise<Alert[]>;
  /** Notes that an alert, and those before it, were told. */
  told(id: string): Promise<void>;
}

/** Reads what was raised. */
export interface AlertReader {
  /** The newest first. */
  alerts(limit: number): Promise<Alert[]>;
  exhausted(): Promise<ReadonlySet<string>>;
}

/** Tells how all pools stand. */
export interface StandingReader {
  standings(): Promise<PoolStanding[]>;
}

/** Who is told of alerts. */
export interface AlertReceiver {
  /** Resolves when it was taken. @throws where it was not */
  tell(alert: Alert, signal: AbortSignal): Promise<void>;
}
