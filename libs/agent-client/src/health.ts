import { healthSchema } from '@agentainer/contracts';
import type { Client } from 'undici';
import { Exchange } from './exchange.js';

const HEALTH_BYTES = 4_096;

/** Whether the agent at the other end says within `deadlineMs` that it is well. Never throws. */
export async function isHealthy(http: Client, deadlineMs: number): Promise<boolean> {
  const exchange = new Exchange(http, { method: 'GET', path: '/health', limitBytes: HEALTH_BYTES });
  const timer = setTimeout(() => exchange.abort(new Error('no answer in time')), deadlineMs);
  try {
    const { status, body } = await exchange.reply;
    return status === 200 && healthSchema.safeParse(JSON.parse(body.toString())).success;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
