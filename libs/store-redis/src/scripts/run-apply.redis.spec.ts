import { validateDefinition } from '@agentainer/core';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisRunStore } from '../run-store.js';
import { RedisTaskLedger } from '../task-ledger.js';

const ID = 'run';
const redis = testRedis();
let runs: RedisRunStore;
let ledger: RedisTaskLedger;
beforeEach(async () => {
  const keys = newKeys();
  runs = new RedisRunStore(redis, keys);
  ledger = new RedisTaskLedger(redis, keys);
  const steps = [
    { type: 'map' as const, name: 'm', image: 'x', items: [] },
    { type: 'reduce' as const, name: 'r', image: 'x', over: 'm', fan_in: 2 },
  ];
  const definition = validateDefinition({ name: 'w', steps });
  await runs.create({ id: ID, workflowId: null, workflowVersion: null, definition, input: 'null' });
});

const step = async () => (await runs.load(ID))!.steps[1]!;
const claim = () => ledger.completeAndClaim({ runId: ID, step: 'r', agentId: 'a', generation: 0 });
const extend = async (from: number, generation: number, total: number) =>
  (await runs.apply(ID, [{ kind: 'extend', step: 'r', from, generation, total }])).applied;

describe('a step that gets further tasks', () => {
  beforeEach(async () => {
    await runs.apply(ID, [{ kind: 'open', step: 'r', total: 1 }]);
    const { claim: claimed } = await claim();
    if (claimed.kind !== 'task') throw new Error(claimed.kind);
    const completion = { ...claimed.task, end: { kind: 'completed' as const, result: '1' } };
    await ledger.completeAndClaim({ runId: ID, step: 'r', completion });
  });

  it('has them in line for a new generation of lanes', async () => {
    expect(await extend(1, 0, 4)).toEqual([true]);
    expect(await step()).toMatchObject({
      state: 'running',
      total: 4,
      generation: 1,
      counts: { completed: 1, pending: 3 },
    });
    expect((await claim()).claim).toEqual({ kind: 'idle' });
    const next = await ledger.completeAndClaim({ runId: ID, step: 'r', agentId: 'a', generation: 1 });
    expect(next.claim).toMatchObject({ kind: 'task', task: { index: 1 } });
    const last = (await runs.events(ID, 0, 100)).findLast(({ type }) => type === 'step.extended');
    expect(last!.data).toEqual({ step: 'r', total: '4' });
  });

  it('gets them once', async () => {
    expect(await extend(1, 0, 4)).toEqual([true]);
    expect(await extend(1, 0, 4)).toEqual([false]);
    expect(await extend(4, 0, 9)).toEqual([false]);
    expect(await step()).toMatchObject({ total: 4, generation: 1 });
  });

  it('gets none once it is closed', async () => {
    await runs.apply(ID, [{ kind: 'close', step: 'r', to: 'completed' }]);
    expect(await extend(1, 0, 4)).toEqual([false]);
    expect(await step()).toMatchObject({ state: 'completed', total: 1 });
  });
});
