import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentStartError } from './ports.js';

/** As the agent protocol has it. */
const AGENT_SOCKET = 'agent.sock';
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;
/** How long one question may take, in milliseconds; a starting agent may take a connection and not answer it. */
const TRY_MS = 1_000;

export interface HealthWait {
  /** How long the agent may take to answer healthy, in milliseconds. */
  deadlineMs: number;
  signal: AbortSignal;
}

/**
 * Resolves when the agent in this directory has opened its socket and answers healthy.
 * @throws {AgentStartError} at the deadline, and the reason of `signal` when that aborts
 */
export async function awaitHealthy(directory: string, { deadlineMs, signal }: HealthWait): Promise<void> {
  const socketPath = join(directory, AGENT_SOCKET);
  const giveUpAt = performance.now() + deadlineMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) {
      throw new AgentStartError('AGENT_START_FAILED', `did not answer healthy within ${deadlineMs} ms`);
    }
    if (await answersHealthy(socketPath, Math.min(leftMs, TRY_MS), signal)) return;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

function answersHealthy(socketPath: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request({ socketPath, path: '/health', agent: false, signal });
    const timer = setTimeout(() => question.destroy(new Error('no answer in time')), timeoutMs);
    const settle = (healthy: boolean) => {
      clearTimeout(timer);
      resolve(healthy);
    };
    question.on('error', () => settle(false));
    question.on('response', (response) => {
      settle(response.statusCode === 200);
      response.destroy();
    });
    question.end();
  });
}
