import { jest } from '@jest/globals';
import { ConflictError, type DefinitionInput, type Json, newId } from '@agentainer/core';
import { type AttemptResult, type Redrive, Redriver, Rerunner, type RunRecord } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';

let redis: Redis;
let flow: FlowTest;
let redriver: Redriver;
let rerunner: Rerunner;
let ran: string[];
beforeEach(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  flow = new FlowTest(redis);
  rerunner = new Rerunner(flow.runs, flow.starter, flow.advancer);
  redriver = new Redriver(flow.runs, rerunner);
});
afterEach(async () => {
  await flow.stop();
  redis.disconnect();
});

const bad = (code: string): AttemptResult => {
  return { kind: 'failed', error: { code, message: 'no' }, retryable: false, suspect: false };
};

/** Tasks of the map fail with the code given for their item; what is run is noted. */
function fail(codes: Record<number, string>): void {
  ran = [];
  flow.behave = (input, { step, index }) => {
    ran.push(`${step}.${index}`);
    const code = step === 'm' ? codes[input as number] : undefined;
    return code === undefined ? completed(input) : bad(code);
  };
}

const graph = (map: object = {}): DefinitionInput => ({
  name: 'w',
  steps: [
    { name: 'list', image: 'x' },
    {
      type: 'map',
      name: 'm',
      image: 'x',
      items: { range: { from: 0, to: 5 } },
      depends_on: ['list'],
      ...map,
    },
    { type: 'reduce', name: 'sum', image: 'x', over: 'm' },
  ],
});

/** Its dead letters are noted by then. */
const runToEnd = async (definition: DefinitionInput) => flow.retired((await flow.runToEnd(definition)).id);

const onlyRedrive = async (asked: ReturnType<Redriver['byIds']>) => {
  const { redriven } = await asked;
  expect(redriven).toHaveLength(1);
  return flow.retired(redriven[0]!.runId);
};

it('runs the tasks chosen again and what depends on them, and keeps the other failures', async () => {
  fail({ 1: 'A', 3: 'B', 4: 'C' });
  const first = await runToEnd(graph());
  fail({});
  const second = await onlyRedrive(redriver.byIds([`${first.id}.m.3`]));
  expect(ran).toEqual(['m.3']);
  expect(second).toMatchObject({ state: 'failed', rerunOf: first.id });
  expect(second.steps[1]).toMatchObject({
    counts: { completed: 4, failed: 2, retrying: 0 },
    error: { code: expect.stringMatching(/^[AC]$/) as unknown },
  });
  expect(await flow.runs.outcomes(second.id, 'm', 1, 1)).toMatchObject([{ error: { code: 'A' } }]);
  expect(await flow.runs.history(second.id, 'm', 4)).toMatchObject([{ attempt: 1, error: { code: 'C' } }]);
  expect((await redriver.byIds([`${first.id}.m.1`])).refused).toEqual([
    { id: `${first.id}.m.1`, reason: 'redriven', by: second.id },
  ]);
  ran = [];
  const { redriven } = await redriver.matching({});
  expect(redriven).toMatchObject([{ of: second.id, letters: 2 }]);
  const third = await flow.retired(redriven[0]!.runId);
  expect(ran.sort()).toEqual(['m.1', 'm.4', 'sum.0']);
  expect(third.state).toBe('completed');
  expect(((await flow.result(third.id)) as { result: Json }[]).map((o) => o.result)).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

it('redrives only the failures of a step that stays within its tolerance', async () => {
  fail({ 1: 'A', 3: 'B' });
  const first = await runToEnd(graph({ failure_tolerance: 2 }));
  expect(first.state).toBe('completed');
  fail({});
  const { redriven } = await redriver.matching({ code: 'B' });
  const second = await flow.retired(redriven[0]!.runId);
  expect(ran.sort()).toEqual(['m.3', 'sum.0']);
  expect(second).toMatchObject({ state: 'completed' });
  expect(second.steps[1]!.counts).toMatchObject({ completed: 5, failed: 1 });
});

it('runs on what failing fast cut off', async () => {
  fail({ 0: 'A' });
  const first = await runToEnd(graph({ on_failure: 'fail_fast', max_parallel: 1 }));
  expect(first.steps[1]!.counts).toMatchObject({ completed: 0, failed: 1, cancelled: 5 });
  fail({});
  const second = await onlyRedrive(redriver.byIds([`${first.id}.m.0`]));
  expect(second).toMatchObject({ state: 'completed' });
  expect(ran.sort()).toEqual(['m.0', 'm.1', 'm.2', 'm.3', 'm.4', 'm.5', 'sum.0']);
});

it('makes one run where the process dies after it was named', async () => {
  fail({ 1: 'A' });
  const first = await runToEnd(graph());
  const create = jest.spyOn(flow.runs, 'create').mockRejectedValueOnce(new Error('the process dies here'));
  await expect(redriver.matching({})).rejects.toThrow('dies');
  const named = (await flow.runs.load(first.id))!.redrivenBy!;
  expect(await flow.runs.load(named)).toBeUndefined();
  create.mockRestore();
  fail({});
  const both = await Promise.all([redriver.matching({}), redriver.byIds([`${first.id}.m.1`])]);
  const made = new Set(both.flatMap(({ redriven }) => redriven.map(({ runId }) => runId)));
  expect([...made]).toEqual([named]);
  expect(await flow.retired(named)).toMatchObject({ state: 'completed' });
  expect(ran.sort()).toEqual(['m.1', 'sum.0']);
});

describe('requests for tasks of the same run at the same moment', () => {
  /** From now on each run is made only when so many are about to be. */
  function meet(count: number): void {
    const create = flow.runs.create.bind(flow.runs);
    let arrived = 0;
    let goOn = () => {};
    const all = new Promise<void>((resolve) => (goOn = resolve));
    jest.spyOn(flow.runs, 'create').mockImplementation(async (run) => {
      if (++arrived === count) goOn();
      await all;
      await create(run);
    });
  }
  let first: RunRecord;
  const letter = (index: number) => `${first.id}.m.${index}`;
  beforeEach(async () => {
    fail({ 1: 'A', 3: 'B', 4: 'A' });
    first = await runToEnd(graph());
    fail({});
  });

  it('carries one of them out, and tells the others that it did', async () => {
    meet(3);
    const [one, other, all] = await Promise.all([
      redriver.byIds([letter(1)]),
      redriver.byIds([letter(3), letter(4)]),
      redriver.matching({ code: 'A' }),
    ]);
    const made = [one, other, all].flatMap(({ redriven }) => redriven);
    expect(made).toHaveLength(1);
    const [{ runId: by, letters }] = made as [Redrive];
    await flow.retired(by);
    const told = [one, other].filter(({ redriven }) => redriven.length === 0);
    const refused = told.flatMap((answer) => answer.refused);
    const isRefused = (index: number) => ({ id: letter(index), reason: 'redriven', by });
    const lost = [one.redriven.length ? [] : [1], other.redriven.length ? [] : [3, 4]].flat();
    expect(refused).toEqual(lost.map(isRefused));
    const chosen = one.redriven.length ? ['m.1'] : other.redriven.length ? ['m.3', 'm.4'] : ['m.1', 'm.4'];
    expect(ran.filter((task) => task.startsWith('m')).sort()).toEqual(chosen);
    expect(letters).toBe(chosen.length);
  });

  it('tells one that dies on the way, and is repeated, what it made', async () => {
    const create = flow.runs.create.bind(flow.runs);
    const dying = jest.spyOn(flow.runs, 'create').mockImplementationOnce(async (run) => {
      await create(run);
      throw new Error('the process dies here');
    });
    await expect(redriver.byIds([letter(1)], 'request_1')).rejects.toThrow('dies');
    dying.mockRestore();
    const { redrivenBy } = (await flow.runs.load(first.id))!;
    expect(await redriver.byIds([letter(1)], 'request_1')).toEqual({
      redriven: [{ runId: redrivenBy, of: first.id, letters: 1 }],
      refused: [],
    });
    expect(await redriver.matching({}, 'request_1')).toMatchObject({ redriven: [{ runId: redrivenBy }] });
    expect(await redriver.matching({}, 'request_2')).toEqual({ redriven: [] });
  });

  it('tells one that died before it made anything, and is repeated, whose choice was made', async () => {
    jest.spyOn(flow.runs, 'create').mockRejectedValueOnce(new Error('the process dies here'));
    await expect(redriver.byIds([letter(1)], 'request_1')).rejects.toThrow('dies');
    const { redriven } = await redriver.byIds([letter(3)], 'request_2');
    expect(redriven).toMatchObject([{ letters: 1 }]);
    expect(await redriver.byIds([letter(1)], 'request_1')).toEqual({
      redriven: [],
      refused: [{ id: letter(1), reason: 'redriven', by: redriven[0]!.runId }],
    });
    await flow.retired(redriven[0]!.runId);
    expect(ran.filter((task) => task.startsWith('m'))).toEqual(['m.3']);
  });

  it('tells a rerun of all that failed that others made its run to run some', async () => {
    const id = newId('run');
    jest.spyOn(flow.runs, 'create').mockRejectedValueOnce(new Error('held up here'));
    const all = () => rerunner.rerun(first.id, { id, scope: { kind: 'failed_only' } });
    await expect(all()).rejects.toThrow('held up');
    const { redriven } = await redriver.byIds([letter(3)]);
    expect(redriven).toMatchObject([{ runId: id }]);
    await expect(all()).rejects.toThrow(ConflictError);
  });
});

it('touches nothing of a rerun that is made once more while it is worked on', async () => {
  fail({ 1: 'A' });
  await flow.work(graph());
  const firstId = await flow.start(graph());
  await flow.state.put(firstId, { seen: [1, 2] });
  const first = await flow.retired(firstId);
  const id = `${first.id.slice(0, -4)}zzzz`;
  const again = () => rerunner.rerun(first.id, { id, scope: { kind: 'failed_only' } });
  let begun = () => {};
  const running = new Promise<void>((resolve) => (begun = resolve));
  let end = () => {};
  const held = new Promise<void>((resolve) => (end = resolve));
  flow.behave = async (input, { step }) => {
    if (step === 'm') begun();
    await held;
    return completed(input);
  };
  await Promise.all([again(), again()]);
  await running;
  await again();
  expect((await flow.runs.tasks(id, 'm', 1, 1))[0]).toMatchObject({ state: 'running', attempts: 1 });
  expect(await flow.state.all(id)).toEqual({ seen: [1, 2] });
  end();
  expect((await flow.retired(id)).state).toBe('completed');
  for (const key of await redis.keys(`${flow.keys.run(id)}*`)) {
    expect([key, (await redis.ttl(key)) > 0]).toEqual([key, key.includes(':copy:')]);
  }
  expect((await flow.runs.load(first.id))!.redrivenBy).toBe(id);
});
