import { createHmac } from 'node:crypto';
import type { Alert, AlertReceiver } from '@agentainer/pool';

/** How long the receiver may take to answer, in milliseconds. */
const DEADLINE_MS = 5_000;
/** The header that says when the body was signed, and how. */
export const SIGNATURE_HEADER = 'agentainer-signature';

export interface AlertWebhookOptions {
  url: string;
  /** What bodies are signed with. */
  secret?: string;
  /** Seconds since 1970. */
  now?: () => number;
}

/** Tells alerts by `POST` to a URL: taken is what is answered with a status from 200 to 299. */
export class AlertWebhook implements AlertReceiver {
  constructor(private readonly options: AlertWebhookOptions) {}

  /** @throws {Error} where it was not taken in time */
  async tell(alert: Alert, signal: AbortSignal): Promise<void> {
    const { url, secret } = this.options;
    const body = JSON.stringify({ ...alert, at: new Date(alert.at).toISOString() });
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'user-agent': 'agentainer',
    };
    if (secret !== undefined) headers[SIGNATURE_HEADER] = signatureOf(body, secret, this.now());
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // What is signed for one receiver is not for another.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
  }

  private now(): number {
    return this.options.now?.() ?? Math.floor(Date.now() / 1_000);
  }
}

/** `t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body", as hex>`. */
export function signatureOf(body: string, secret: string, seconds: number): string {
  const hmac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hmac}`;
}
