import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
beforeEach(test.start);
afterEach(test.stop);

it('lists the runs that steps of a run started, by step and index', async () => {
  const run = await test.startedRun();
  const { definition } = run.options;
  const parent = { runId: run.id, step: 'fetch', token: 't', depth: 1 };
  const second = test.api.runs.add({ definition, parent: { ...parent, index: 10 } });
  const first = test.api.runs.add({ definition, parent: { ...parent, index: 9 } });
  test.api.runs.add({ definition, parent: { ...parent, step: 'list', index: 0 } });
  expect(await cli('workflow', 'children', run.id, '--step', 'fetch')).toBe(0);
  expect(test.terminal.stdout).toMatch(/^STEP +TASK +RUN +WORKFLOW +STATUS +CREATED +DURATION +ERROR\n/);
  const lines = test.terminal.stdout.trim().split('\n').slice(1);
  expect(lines.map((line) => line.split(/ +/).slice(0, 3))).toEqual([
    ['fetch', '9', first.id],
    ['fetch', '10', second.id],
  ]);
  test.terminal.stdout = '';
  expect(await cli('workflow', 'children', run.id, '--json', '--limit', '1')).toBe(0);
  expect(json()).toMatchObject({ items: [{ id: first.id }], next_cursor: expect.any(String) as string });
  test.terminal.stdout = '';
  expect(await cli('workflow', 'children', first.id)).toBe(0);
  expect(test.terminal.stdout).toBe('no child runs\n');
});

it('R1.4d lists the runs that one job started', async () => {
  const run = await test.startedRun();
  run.open('fetch', [{ state: 'running' }, { state: 'running' }], 'running');
  const { definition } = run.options;
  const parent = { runId: run.id, step: 'fetch', depth: 1 };
  const its = test.api.runs.add({ definition, parent: { ...parent, index: 1 } });
  test.api.runs.add({ definition, parent: { ...parent, index: 0 } });
  expect(await cli('job', 'children', `${run.id}.fetch.1`, '--json')).toBe(0);
  expect(json()).toMatchObject({ items: [{ id: its.id }], next_cursor: null });
  expect(await cli('job', 'children', `${run.id}.fetch.2`)).toBe(3);
});
