import type { AlertBody } from '@agentainer/contracts';
import type { Alert } from '@agentainer/pool';

export function alertView(alert: Alert): AlertBody {
  return { ...alert, at: new Date(alert.at).toISOString() };
}
