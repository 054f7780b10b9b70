import type { GatewayClient } from './gateway-client.js';
import { TaskCalls } from './task-calls.js';
import { startsThrough } from './task-starts.js';
import { GatewayState } from './task-state.js';

it('counts starts and calls on the state together, in the order they are made', async () => {
  const made: [string, unknown][] = [];
  const gateway = {
    call: (path: string, credential: string, body: string) => {
      made.push([`${path} ${credential}`, JSON.parse(body)]);
      return Promise.resolve({ value: { run_id: 'run_b', job_id: null } });
    },
  };
  const { signal } = new AbortController();
  const calls = new TaskCalls(gateway as unknown as GatewayClient, { id: 'run_a.s.0', token: '1.t' }, signal);
  const { startJob, startWorkflow } = startsThrough(calls);
  expect(await startJob({ image: 'x', step_id: 'y', input: 1 })).toEqual({ runId: 'run_b', jobId: null });
  await new GatewayState(calls).get('k');
  await startWorkflow('wf_1');
  expect(made).toEqual([
    ['/start run_a.s.0:1.t', { seq: 1, start: { kind: 'job', image: 'x', step_id: 'y', input: 1 } }],
    ['/state run_a.s.0:1.t', { seq: 2, operation: { op: 'get', key: 'k' } }],
    ['/start run_a.s.0:1.t', { seq: 3, start: { kind: 'workflow', workflow: 'wf_1', input: null } }],
  ]);
});
