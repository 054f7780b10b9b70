import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StateAnswer } from '@agentainer/contracts';
import { readBody } from './body.js';
import { StaleAttemptError, StateError } from './state-error.js';

/** How long a call goes on trying while the gateway does not answer, in milliseconds; its host may restart. */
const PATIENCE_MS = 30_000;
/** How long one try may take, in milliseconds. */
const TRY_MS = 10_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;
const MAX_SOCKETS = 8;
const MAX_ANSWER_BYTES = 128 * 1_024 * 1_024;

interface Answer {
  status: number;
  body: string;
}

/** Calls the gateway that the host serves in the agent's directory. */
export class GatewayClient {
  private readonly connections = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });

  constructor(
    private readonly socketPath: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Posts one call. A call that got no answer is made again: its number keeps it from counting twice.
   * @throws {StateError} or the reason of `signal`
   */
  async call(path: string, credential: string, body: string, signal: AbortSignal): Promise<StateAnswer> {
    const giveUpAt = performance.now() + this.patienceMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return read(await this.post(path, credential, body, signal));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof StateError) throw error;
        if (performance.now() + pauseMs > giveUpAt) {
          throw new StateError('GATEWAY_UNREACHABLE', 'the gateway does not answer', { cause: error });
        }
      }
      await sleep(pauseMs, undefined, { signal });
    }
  }

  close(): void {
    this.connections.destroy();
  }

  private post(path: string, credential: string, body: string, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request({
        socketPath: this.socketPath,
        agent: this.connections,
        method: 'POST',
        path,
        headers: {
          authorization: `Bearer ${credential}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        timeout: TRY_MS,
        signal,
      });
      call.on('timeout', () => call.destroy(new Error('the gateway took too long')));
      call.on('error', reject);
      call.on('response', (response: IncomingMessage) => {
        readBody(response, MAX_ANSWER_BYTES).then(
          (text) => resolve({ status: response.statusCode ?? 0, body: text }),
          (error: unknown) => {
            response.destroy();
            reject(error);
          },
        );
      });
      call.end(body);
    });
  }
}

/** @throws {StateError} where the gateway refused the call, another error where the call should be made again */
function read({ status, body }: Answer): StateAnswer {
  if (status >= 500) throw new Error(`the gateway answered ${status}`);
  const answer = parseObject(body);
  if (status === 200 && 'value' in answer) return answer as StateAnswer;
  const code = typeof answer.code === 'string' ? answer.code : 'GATEWAY_PROTOCOL';
  const message = typeof answer.detail === 'string' ? answer.detail : `the gateway answered ${status}`;
  throw code === 'STALE_ATTEMPT' ? new StaleAttemptError(message) : new StateError(code, message);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
