import { request } from 'node:http';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts';
import type { FakeAgentTask } from './fake-agent-task.js';

/** How long an agent may take to answer a test, in milliseconds. */
const DEADLINE_MS = 10_000;
let epoch = Date.now();

/** Has the fake agent in this directory do a task; the body of its answer. Rejects where there is none. */
export function callAgent(directory: string, input: FakeAgentTask): Promise<string> {
  const task = { id: 'task', run_id: 'run', workflow_id: null, step: 'step', kind: 'sequential' };
  const rest = { index: 0, attempt: 1, token: 'token', timeout_ms: DEADLINE_MS };
  epoch += 1;
  const body = { lease: { id: 'lease', epoch }, task: { ...task, ...rest }, input };
  return exchange(directory, 'POST', '/tasks', JSON.stringify(body));
}

/** Whether an agent in this directory answers that it is well. */
export function agentIsHealthy(directory: string): Promise<boolean> {
  return exchange(directory, 'GET', '/health').then(
    (answer) => answer.includes('"ok"'),
    () => false,
  );
}

function exchange(directory: string, method: string, path: string, body?: string): Promise<string> {
  const socketPath = join(directory, AGENT_SOCKET);
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const outgoing = request({ socketPath, method, path, agent: false, signal }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
