import { deadLetterDetailsSchema, deadLetterPageSchema } from '@agentainer/contracts';
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
