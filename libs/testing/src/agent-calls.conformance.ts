import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '@agentainer/core';
import { type AgentProgram, AgentUnderTest } from './agent-under-test.js';
import type { FakeAgentTask } from './fake-agent-task.js';
import { FakeGateway } from './fake-gateway.js';

type StateTask = FakeAgentTask & { do: 'state' };

/** How every agent kit calls the gateway. */
export function describeAgentCalls(program: () => AgentProgram): void {
  let agent: AgentUnderTest;
  let gateway: FakeGateway;
  const run = (task: FakeAgentTask) => agent.run(task);
  const state = (call: StateTask['call'], ...values: Json[]): FakeAgentTask =>
    ({ do: 'state', call, arguments: values }) as StateTask;
  const operation = (seq: number, said: object) => ({ seq, operation: said });

  describe('that calls the gateway', () => {
    beforeAll(async () => {
      agent = new AgentUnderTest(program());
      gateway = new FakeGateway();
      await gateway.listen(agent.directory);
      await agent.start();
    });
    beforeEach(() => {
      gateway.calls.length = 0;
    });
    afterAll(async () => {
      gateway.close();
      await agent.dispose();
    });

    it('names its attempt, and numbers its calls alike in each', async () => {
      for (let attempt = 1; attempt <= 2; attempt++) await run({ do: 'count', key: 'n' });
      const call = { path: '/state', credential: 'Bearer run.step.0:t0ken' };
      const body = operation(1, { op: 'increment', key: 'n', by: 1 });
      expect(gateway.calls).toEqual([
        { ...call, body },
        { ...call, body },
      ]);
    });

    it.each<[FakeAgentTask, object, object, unknown]>([
      [state('get', 'k'), { op: 'get', key: 'k' }, { value: [1] }, [1]],
      [state('set', 'k', { a: 1 }), { op: 'set', key: 'k', value: { a: 1 } }, { value: { a: 1 } }, null],
      [state('increment', 'k', 2.5), { op: 'increment', key: 'k', by: 2.5 }, { value: 3.5 }, 3.5],
      [state('append', 'k', null), { op: 'append', key: 'k', value: null }, { value: 2 }, 2],
      [state('addToSet', 'k', 'v'), { op: 'addToSet', key: 'k', value: 'v' }, { value: true }, true],
      [state('removeFromSet', 'k', 1), { op: 'removeFromSet', key: 'k', value: 1 }, { value: false }, false],
      [
        state('compareAndSwap', 'k', null, 'new'),
        { op: 'compareAndSwap', key: 'k', expected: null, value: 'new' },
        { value: 'old', swapped: false },
        { value: 'old', swapped: false },
      ],
    ])('works on the state of the run: %j', async (task, said, answer, result) => {
      gateway.willAnswer([200, answer]);
      expect((await run(task)).last).toMatchObject({ type: 'result', result });
      expect(gateway.calls.map(({ body }) => body)).toEqual([operation(1, said)]);
    });

    it('makes a call again, under its number, until the gateway answers', async () => {
      gateway.willAnswer('hang up', [503, { code: 'UNAVAILABLE' }], [500, {}], [200, { value: 7 }]);
      expect((await run({ do: 'count', key: 'n' })).last.result).toBe(7);
      expect(new Set(gateway.calls.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(gateway.calls).toHaveLength(4);
    });

    it.each([
      ['STALE_ATTEMPT', 409],
      ['WRONG_TYPE', 422],
      ['GATEWAY_PROTOCOL', 200],
    ])('fails with the code of a refusal: %s', async (code, status) => {
      gateway.willAnswer([status, status === 200 ? {} : { code, detail: 'because' }]);
      const { last } = await run({ do: 'count', key: 'n' });
      expect(last).toMatchObject({ type: 'problem', code });
      expect(gateway.calls).toHaveLength(1);
    });

    it('is told secrets, which take no number', async () => {
      gateway.willAnswer([200, { value: 's3cret' }]);
      expect((await run({ do: 'secret', name: 'db' })).last.result).toMatchObject({ secret: 's3cret' });
      expect(gateway.calls).toMatchObject([{ path: '/secrets', body: { name: 'db' } }]);
    });

    it('starts jobs and workflows', async () => {
      gateway.willAnswer([200, { value: { run_id: 'r', job_id: 'j' } }]);
      gateway.willAnswer([200, { value: { run_id: 'r2', job_id: null } }]);
      const job = await run({ do: 'start', image: 'i', input: { a: 1 } });
      expect(job.last.result).toEqual({ runId: 'r', jobId: 'j' });
      const workflow = await run({ do: 'start workflow', workflow: 'wf', input: null });
      expect(workflow.last.result).toEqual({ runId: 'r2', jobId: null });
      expect(gateway.calls.map(({ path, body }) => [path, body])).toEqual([
        ['/start', { seq: 1, start: { kind: 'job', image: 'i', input: { a: 1 } } }],
        ['/start', { seq: 1, start: { kind: 'workflow', workflow: 'wf', input: null } }],
      ]);
    });

    it('gives a call up whose task is no longer wanted', async () => {
      gateway.close();
      const counting = run({ do: 'count', key: 'n' });
      await agent.until(async () => (await agent.call('DELETE', '/tasks/run.step.0')).status === 204);
      expect((await counting).last.code).toBe('TASK_CANCELLED');
    });
  });
}
