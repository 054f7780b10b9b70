import { validateDefinition } from '@agentainer/core';
import type { Keys } from '../keys.js';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisRunStore } from '../run-store.js';
import { RedisTaskLedger } from '../task-ledger.js';

const ID = 'run';
const redis = testRedis();
let keys: Keys;
let runs: RedisRunStore;
let ledger: RedisTaskLedger;
beforeEach(async () => {
  keys = newKeys();
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

describe('the clocks of steps of a run that is paused', () => {
  const HOUR_MS = 3_600_000;
  const become = (to: 'paused' | 'running') => runs.apply(ID, [{ kind: 'become', to }]);
  /** As if so much time had gone by: of the run's pause, and of the steps given. */
  const goBy = async (ms: number, ...fields: string[]) => {
    if (await redis.hexists(keys.run(ID), 'pausedAt')) await redis.hincrby(keys.run(ID), 'pausedAt', -ms);
    for (const field of fields) await redis.hincrby(keys.runSteps(ID), field, -ms);
  };
  const pause = async (ms: number, ...fields: string[]) => {
    await become('paused');
    await goBy(ms, ...fields);
    await become('running');
  };
  const hours = (ms: number) => Math.floor(ms / HOUR_MS);
  const paused = async (index: number) => {
    const { sinceOpened, sinceLinedUp } = (await runs.load(ID))!.steps[index]!.paused!;
    return [hours(sinceOpened), hours(sinceLinedUp)];
  };

  it('stand still for all its pauses, also while one lasts', async () => {
    await runs.apply(ID, [{ kind: 'open', step: 'm', total: 1 }]);
    expect((await step()).paused).toBeUndefined();
    await pause(HOUR_MS, 'm:openedAt');
    expect(await paused(0)).toEqual([1, 1]);
    await become('paused');
    await goBy(2 * HOUR_MS, 'm:openedAt');
    expect(await paused(0)).toEqual([3, 3]);
    await become('running');
    expect(await paused(0)).toEqual([3, 3]);
  });

  it('begin with the step, and with tasks that come later, whatever was before', async () => {
    await runs.apply(ID, [{ kind: 'open', step: 'r', total: 1 }]);
    const { claim: first } = await claim();
    if (first.kind !== 'task') throw new Error(first.kind);
    await pause(HOUR_MS, 'r:openedAt');
    const completion = { ...first.task, end: { kind: 'completed' as const, result: '1' } };
    await ledger.completeAndClaim({ runId: ID, step: 'r', completion });
    await extend(1, 0, 3);
    await runs.apply(ID, [{ kind: 'open', step: 'm', total: 1 }]);
    expect([await paused(0), await paused(1)]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(await ledger.expire(ID, 'r', HOUR_MS)).toBe(0);
    await pause(HOUR_MS, 'r:openedAt', 'r:linedUpAt', 'm:openedAt');
    expect([await paused(0), await paused(1)]).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(await ledger.expire(ID, 'r', HOUR_MS)).toBe(0);
    await goBy(HOUR_MS, 'r:openedAt', 'r:linedUpAt');
    expect(await ledger.expire(ID, 'r', HOUR_MS)).toBe(2);
  });

  it('go again where the run is compensated that was paused', async () => {
    await become('paused');
    await goBy(HOUR_MS);
    const error = { code: 'RUN_CANCELLED', message: '' };
    await runs.apply(ID, [{ kind: 'compensate', to: 'compensating', timeout: HOUR_MS, error }]);
    await runs.apply(ID, [{ kind: 'open', step: 'm', total: 1 }]);
    await goBy(HOUR_MS, 'm:openedAt');
    expect(await paused(0)).toEqual([0, 0]);
  });
});

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
