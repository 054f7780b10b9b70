import { newId, UnavailableError } from '@agentainer/core';
import { deadLetterDetailsSchema, deadLetterPageSchema, redriveAnswerSchema } from '@agentainer/contracts';
import type { FakeRun, FakeTask } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const failed = (code: string): FakeTask => ({ state: 'failed', error: { code, message: 'no' } });
const done: FakeTask = { state: 'completed', result: 1 };

/** A run of a workflow of its own that has ended, with these tasks of a map and of a step after it. */
async function endedRun(map: FakeTask[], last: FakeTask[] = []): Promise<FakeRun> {
  const steps = [
    { type: 'map' as const, name: 'map', image: 'x', items: [] },
    { type: 'reduce' as const, name: 'last', image: 'x', over: 'map' },
  ];
  const workflow = await api.workflow({ name: 'w', steps });
  const run = api.runs.add({ definition: workflow.definition, workflow });
  return run.open('map', map, 'completed').open('last', last, 'completed').end('completed');
}

async function list(query = ''): Promise<string[]> {
  const { status, body } = await api.request('GET', `/dead-letters${query}`);
  expect(status).toBe(200);
  return deadLetterPageSchema.parse(body).items.map((letter) => `${letter.id} ${letter.error.code}`);
}

it('R9.2d lists the jobs that failed for good, and no others', async () => {
  const run = await endedRun([done, failed('A'), done, failed('B'), { state: 'timed_out' }], [failed('C')]);
  const going = api.runs.add({ definition: run.options.definition });
  going.open('map', [failed('A')]);
  expect(await list()).toEqual([`${run.id}.map.1 A`, `${run.id}.map.3 B`, `${run.id}.last.0 C`]);
});

it('R9.2d filters them by workflow, step and code', async () => {
  const [a, b] = [await endedRun([failed('A'), failed('B')], [failed('B')]), await endedRun([failed('B')])];
  expect(await list(`?workflow=${a.options.workflow!.id}&code=B`)).toEqual([
    `${a.id}.map.1 B`,
    `${a.id}.last.0 B`,
  ]);
  expect(await list('?step=last')).toEqual([`${a.id}.last.0 B`]);
  expect(await list(`?workflow=${b.options.workflow!.id}`)).toEqual([`${b.id}.map.0 B`]);
});

it('pages through them without losing or repeating one', async () => {
  await endedRun(Array<FakeTask>(1_203).fill(failed('A')));
  await endedRun([failed('B')], [failed('C')]);
  const found: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.request('GET', `/dead-letters?limit=100${cursor}`);
    const page = deadLetterPageSchema.parse(body);
    found.push(...page.items.map((letter) => letter.id));
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
  } while (cursor !== '');
  expect(found).toHaveLength(1_205);
  expect(new Set(found).size).toBe(1_205);
});

it('R9.2d shows one with its last attempts', async () => {
  const attempt = { attempt: 2, endedAt: 1_000, agentId: 'agent_1', end: 'lost' as const };
  const error = { code: 'AGENT_LOST', message: 'gone' };
  const run = await endedRun([{ ...failed('POISON'), history: [{ ...attempt, error }] }, done]);
  const { body } = await api.request('GET', `/dead-letters/${run.id}.map.0`);
  expect(deadLetterDetailsSchema.parse(body)).toMatchObject({
    status: 'failed',
    error: { code: 'POISON' },
    history: [{ attempt: 2, ended_at: '1970-01-01T00:00:01.000Z', agent_id: 'agent_1', end: 'lost', error }],
  });
  for (const id of [`${run.id}.map.1`, `${run.id}.map.9`, 'nonsense']) {
    expect((await api.request('GET', `/dead-letters/${id}`)).status).toBe(404);
  }
});

it('refuses a query and a cursor that are not its own', async () => {
  for (const query of ['?status=failed', '?cursor=abc', '?limit=0']) {
    expect((await api.request('GET', `/dead-letters${query}`)).status).toBe(400);
  }
});

describe('R9.2d POST /dead-letters/redrive', () => {
  const redrive = async (body: unknown) => {
    const answer = await api.request('POST', '/dead-letters/redrive', { body });
    expect(answer.status).toBe(200);
    return redriveAnswerSchema.parse(answer.body);
  };
  const chosen = () =>
    api.rerunner.asked.map(({ scope }) =>
      scope.kind === 'redrive' ? [...scope.tasks].map(([step, indexes]) => [step, ...indexes]) : scope.kind,
    );

  it('runs those named again, and marks them', async () => {
    const [a, b] = [await endedRun([failed('A'), done, failed('B')]), await endedRun([failed('A')])];
    const answer = await redrive({ ids: [`${a.id}.map.2`, `${a.id}.map.1`, `${b.id}.map.0`, 'nonsense'] });
    expect(answer.runs).toMatchObject([
      { rerun_of: a.id, jobs: 1 },
      { rerun_of: b.id, jobs: 1 },
    ]);
    const none = (id: string) => ({ id, reason: 'no_dead_letter', redriven_by: null });
    expect(answer.refused).toEqual([none('nonsense'), none(`${a.id}.map.1`)]);
    expect(chosen()).toEqual([[['map', 2]], [['map', 0]]]);
    const { body } = await api.request('GET', '/dead-letters');
    const by = deadLetterPageSchema.parse(body).items.map((letter) => letter.redriven_by);
    expect(by).toEqual([answer.runs[1]!.run_id, answer.runs[0]!.run_id, answer.runs[0]!.run_id]);
    const one = await api.request('GET', `/dead-letters/${a.id}.map.2`);
    expect(one.body.redriven_by).toBe(answer.runs[0]!.run_id);
  });

  it('runs none again that was redriven', async () => {
    const { id } = await endedRun([failed('A'), failed('B')]);
    const [first] = (await redrive({ code: 'A' })).runs;
    expect(await redrive({ all: true })).toEqual({ runs: [], refused: [], next_cursor: null });
    expect((await redrive({ ids: [`${id}.map.1`] })).refused).toEqual([
      { id: `${id}.map.1`, reason: 'redriven', redriven_by: first!.run_id },
    ]);
  });

  it('makes the run that was named in the record where somebody died before it was made', async () => {
    const run = await endedRun([failed('A')]);
    run.redrivenBy = newId('run');
    expect((await redrive({ all: true })).runs).toEqual([
      { run_id: run.redrivenBy, rerun_of: run.id, jobs: 1 },
    ]);
  });

  it('takes those of a filter, a part at a time', async () => {
    await endedRun([failed('B')]);
    for (let i = 0; i < 21; i++) await endedRun([failed('A'), failed('B')], [failed('A')]);
    const first = await redrive({ step: 'map', code: 'A' });
    expect(first.runs).toHaveLength(20);
    const rest = await redrive({ step: 'map', code: 'A', cursor: first.next_cursor! });
    expect(rest).toMatchObject({ runs: [{ jobs: 1 }], next_cursor: null });
    expect(chosen()).toEqual(Array(21).fill([['map', 0]]));
  });

  it('redrives no run that was undone', async () => {
    const run = (await endedRun([failed('A')])).end('compensated');
    expect((await redrive({ all: true })).runs).toEqual([]);
    const [refused] = (await redrive({ ids: [`${run.id}.map.0`] })).refused;
    expect(refused).toEqual({ id: `${run.id}.map.0`, reason: 'compensated', redriven_by: null });
    expect(run.redrivenBy).toBeUndefined();
  });

  it('redrives once for one Idempotency-Key', async () => {
    await endedRun([failed('A')]);
    const send = () =>
      api.request('POST', '/dead-letters/redrive', {
        body: { all: true },
        headers: { 'idempotency-key': 'k' },
        key,
      });
    const key = api.key('write');
    const first = await send();
    expect(first.body.runs).toHaveLength(1);
    expect((await send()).body).toEqual(first.body);
  });

  it('tells a request that failed half-way, and is repeated, what it made; and no other one', async () => {
    const { id } = await endedRun([failed('A'), failed('B')]);
    const body = { ids: [`${id}.map.0`] };
    const send = (idempotencyKey: string) =>
      api.request('POST', '/dead-letters/redrive', {
        body,
        key,
        headers: { 'idempotency-key': idempotencyKey },
      });
    const key = api.key('write');
    const rerun = api.rerunner.rerun.bind(api.rerunner);
    api.rerunner.rerun = async (...asked) => {
      await rerun(...asked);
      throw new UnavailableError('gone');
    };
    expect((await send('k')).status).toBe(503);
    api.rerunner.rerun = rerun;
    const by = api.runs.runs.get(id)!.redrivenBy!;
    expect((await send('k')).body).toEqual({
      runs: [{ run_id: by, rerun_of: id, jobs: 1 }],
      refused: [],
      next_cursor: null,
    });
    const refused = [{ id: body.ids[0], reason: 'redriven', redriven_by: by }];
    expect((await send('l')).body).toEqual({ runs: [], refused, next_cursor: null });
    expect(api.rerunner.asked).toHaveLength(1);
  });

  it.each([
    {},
    { ids: [] },
    { ids: ['x'], all: true },
    { all: true, step: 'map' },
    { all: false },
    { status: 'failed' },
    { ids: ['x'], cursor: 'y' },
    { all: true, cursor: 'y' },
    { ids: Array(101).fill('x') },
  ])('refuses %j', async (body) => {
    expect((await api.request('POST', '/dead-letters/redrive', { body })).status).toBe(400);
  });
});
