import {
  ConflictError,
  type DefinitionInput,
  InvalidInputError,
  type Json,
  NotFoundError,
} from '@agentainer/core';
import { DueWaits, type RunRecord, WaitingRuns } from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';

let redis: Redis;
let test: FlowTest;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());
let waiting: WaitingRuns;
let due: DueWaits;
beforeEach(() => {
  test = new FlowTest(redis);
  waiting = new WaitingRuns(test.runs, test.advancer, silentLogger);
  due = new DueWaits(test.runs, test.advancer);
});
afterEach(() => test.stop());

const statesOf = (run: RunRecord) => Object.fromEntries(run.steps.map((s) => [s.name, s.state]));
/** A run that is being worked on. */
async function begin(definition: DefinitionInput) {
  await test.work(definition);
  return { id: await test.start(definition) };
}

const seq = (name: string, ...depends_on: string[]) => ({ name, image: 'x', depends_on });
const wait = (name: string, more: object) => ({ type: 'wait' as const, name, ...more });
const isWaiting = (id: string, step: string) =>
  test.until(id, (run) => run.steps.find((s) => s.name === step)!.state === 'waiting');
/** What the bell does, until the run has ended. */
const ringing = async (id: string) => {
  for (;;) {
    await due.ring();
    const run = (await test.runs.load(id))!;
    if (run.state !== 'running') return run;
  }
};

describe('a signal', () => {
  const steps = [wait('paid', { signal: { name: 'payment' } }), seq('ship', 'paid')];

  it('ends the wait for it; the step results in its data', async () => {
    const { id } = await begin({ name: 'w', steps });
    await isWaiting(id, 'paid');
    await waiting.signal(id, 'payment', { amount: 5 });
    expect((await test.finished(id)).state).toBe('completed');
    expect(await test.result(id)).toEqual({ amount: 5 });
  });

  it('is kept where it comes before the step waits, and ends one wait alone', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    test.behave = async (input, { step }) => {
      if (step === 'first') await held;
      return completed(input);
    };
    const { id } = await begin({
      name: 'w',
      steps: [
        seq('first'),
        wait('a', { signal: { name: 's' }, depends_on: ['first'] }),
        wait('b', { signal: { name: 's' }, depends_on: ['first'] }),
      ],
    });
    await waiting.signal(id, 's', 1);
    release();
    const half = await test.until(id, (run) => run.steps[1]!.state === 'completed');
    expect(statesOf(half)).toMatchObject({ a: 'completed', b: 'waiting' });
    await waiting.signal(id, 's', 2);
    await test.finished(id);
    expect(await test.result(id)).toEqual({ a: 1, b: 2 });
  });

  it('goes to one step each, however many advance the run at once', async () => {
    const waits = Array.from({ length: 8 }, (_, i) => wait(`w${i}`, { signal: { name: 's' } }));
    const { id } = await begin({ name: 'w', steps: waits });
    await Promise.all(waits.map((_, i) => waiting.signal(id, 's', i)));
    await test.finished(id);
    const values = Object.values((await test.result(id)) as Record<string, Json>);
    expect(values.sort()).toEqual(waits.map((_, i) => i));
  });

  it('is refused where nobody could want it', async () => {
    const { id } = await begin({ name: 'w', steps });
    await expect(waiting.signal(id, 'other', 1)).rejects.toThrow(NotFoundError);
    await expect(waiting.signal(`run_${'0'.repeat(26)}`, 'payment', 1)).rejects.toThrow(NotFoundError);
    await expect(waiting.signal(id, 'payment', 'x'.repeat(300_000))).rejects.toThrow(InvalidInputError);
    await waiting.signal(id, 'payment', 1);
    await test.finished(id);
    await expect(waiting.signal(id, 'payment', 1)).rejects.toThrow(ConflictError);
  });
});

it('goes on after who sent a signal, or decided, has died, while another step is worked on', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  test.behave = async (input, { step }) => {
    if (step === 'long') await held;
    return completed(input);
  };
  const { id } = await begin({
    name: 'w',
    steps: [
      seq('long'),
      wait('paid', { signal: { name: 's' } }),
      wait('ok', { approval: {} }),
      { ...seq('quick', 'paid', 'ok'), image: 'y' },
    ],
  });
  await test.until(id, (run) => run.steps[0]!.state === 'running');
  await test.runs.waits.sendSignal(id, 's', 1);
  await test.runs.waits.endWait(id, 'ok', { to: 'completed', result: 2 });
  const deadline = Date.now() + 10_000;
  const quick = async () => (await test.runs.load(id))!.steps[3]!.state;
  while ((await quick()) !== 'completed' && Date.now() < deadline) await test.sweeper.sweep();
  expect(statesOf((await test.runs.load(id))!)).toMatchObject({ long: 'running', quick: 'completed' });
  release();
  await test.finished(id);
});

describe('an approval', () => {
  const form = {
    amount: { type: 'number' as const, required: true, maximum: 100 },
    why: { type: 'string' as const, enum: ['a', 'b'] },
  };
  const steps = [wait('ok', { approval: { form } }), seq('pay', 'ok')];

  it('is checked against its form; the step results in the decision', async () => {
    const { id } = await begin({ name: 'w', steps });
    await isWaiting(id, 'ok');
    const refused = waiting.decide(id, 'ok', 'approve', { why: 'c', amount: 101, more: 1 });
    await expect(refused).rejects.toMatchObject({
      faults: [{ path: 'data.more' }, { path: 'data.amount' }, { path: 'data.why' }],
    });
    await expect(waiting.decide(id, 'ok', 'approve', {})).rejects.toThrow(InvalidInputError);
    await waiting.decide(id, 'ok', 'approve', { amount: 5 });
    await test.finished(id);
    expect(await test.result(id)).toEqual({ decision: 'approve', data: { amount: 5 } });
    await expect(waiting.decide(id, 'ok', 'reject', {})).rejects.toThrow(ConflictError);
  });

  it('that is rejected fails the step', async () => {
    const { id } = await begin({ name: 'w', steps });
    await isWaiting(id, 'ok');
    await waiting.decide(id, 'ok', 'reject', { why: 'a' });
    const run = await test.finished(id);
    expect(run).toMatchObject({ state: 'failed', error: { code: 'APPROVAL_REJECTED' } });
    expect(run.steps.map((s) => s.state)).toEqual(['failed', 'skipped']);
    expect(run.steps[0]!.error!.detail).toBe('{"why":"a"}');
  });

  it('may be decided once by whoever has the newest token, as long as that counts', async () => {
    const { id } = await begin({ name: 'w', steps });
    await isWaiting(id, 'ok');
    const old = await waiting.link(id, 'ok', 60_000);
    const { token } = await waiting.link(id, 'ok', 60_000);
    expect((await waiting.byToken(token)).record.name).toBe('ok');
    const nobody = (wrong: string) => expect(waiting.byToken(wrong)).rejects.toThrow(NotFoundError);
    await nobody(old.token);
    await nobody(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`);
    const short = await waiting.link(id, 'ok', 1);
    while (Date.now() <= short.expiresAt + 5) await test.runs.load(id);
    await nobody(short.token);
    const last = await waiting.link(id, 'ok', 60_000);
    await waiting.decide(id, 'ok', 'approve', { amount: 1 });
    await nobody(last.token);
    await expect(waiting.link(id, 'ok', 1)).rejects.toThrow(ConflictError);
  });
});

describe('time', () => {
  it('ends a sleep, at most when it is over', async () => {
    const { id } = await begin({
      name: 'w',
      steps: [wait('nap', { sleep: '300ms' }), seq('next', 'nap')],
    });
    const run = await ringing(id);
    const [nap] = run.steps;
    expect(run.state).toBe('completed');
    expect(nap!.finishedAt - nap!.startedAt).toBeGreaterThanOrEqual(299);
    expect(nap!.finishedAt - nap!.startedAt).toBeLessThan(1_300);
    expect((await test.runs.waits.dueWaits(10)).waits).toEqual([]);
  });

  it('that has come already ends the wait for it at once', async () => {
    const past = wait('then', { until: '2020-01-01T00:00:00+02:00' });
    expect((await test.runToEnd({ name: 'w', steps: [past] })).state).toBe('completed');
  });

  it.each([
    ['fail', 'failed', 'failed', 'skipped'],
    ['skip', 'completed', 'skipped', 'skipped'],
    ['continue', 'completed', 'completed', 'completed'],
  ])('on_timeout %s', async (on_timeout, state, waited, next) => {
    const signal = { name: 's', timeout: '50ms', on_timeout };
    const { id } = await begin({ name: 'w', steps: [wait('s', { signal }), seq('next', 's')] });
    const run = await ringing(id);
    expect([run.state, ...run.steps.map((s) => s.state)]).toEqual([state, waited, next]);
    if (on_timeout === 'fail') expect(run.error?.code).toBe('WAIT_TIMEOUT');
  });

  it('is found again by the sweeper where the index of waits has lost it', async () => {
    const { id } = await begin({ name: 'w', steps: [wait('nap', { sleep: '100ms' })] });
    await isWaiting(id, 'nap');
    await test.runs.waits.rescheduleWait(id, 'nap', undefined);
    const deadline = Date.now() + 10_000;
    while ((await test.runs.load(id))!.state === 'running' && Date.now() < deadline)
      await test.sweeper.sweep();
    expect((await test.runs.load(id))!.state).toBe('completed');
  });

  it('forgets a wait of a run that is not there, or that never began', async () => {
    const minuteAgo = Date.now() - 61_000;
    await test.runs.waits.rescheduleWait(`run_${'0'.repeat(26)}`, 'a', minuteAgo);
    await due.ring();
    expect((await test.runs.waits.dueWaits(10)).waits).toEqual([]);
  });
});
