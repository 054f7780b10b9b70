import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R1.3b agentainer workflow list', async () => {
  const run = await startedRun();
  const idle = await test.api.workflow({ ...DEFINITION, name: 'idle' });
  expect(await cli('workflow', 'list')).toBe(0);
  const [head, first, second] = test.terminal.rows();
  expect(head).toEqual(['WORKFLOW', 'NAME', 'STEPS', 'STATUS', 'LATEST RUN', 'CREATED']);
  expect(first!.slice(0, 5)).toEqual([idle.id, 'idle', '2', '-', '-']);
  expect(second!.slice(0, 5)).toEqual([run.options.workflow!.id, 'etl', '2', 'running', run.id]);
  test.terminal.stdout = '';
  await cli('workflow', 'list', '--status', 'running', '--json');
  expect(json()).toMatchObject({ items: [{ name: 'etl' }], next_cursor: null });
});

it('agentainer workflow get', async () => {
  const { id } = await test.api.workflow(DEFINITION);
  expect(await cli('workflow', 'get', id)).toBe(0);
  expect(test.terminal.stdout).toMatch(/^workflow: +wf_/);
  expect(test.terminal.rows()).toContainEqual(['fetch', 'map', 'scraper', '-', 'pooled', '10m']);
});

it('R1.3d agentainer workflow jobs', async () => {
  const run = await startedRun();
  run.open('list', [{ state: 'completed', agentId: 'agent_1' }]);
  run.open('fetch', [{ state: 'failed', error: { code: 'BAD', message: 'x' } }, { state: 'pending' }]);
  const id = run.options.workflow!.id;
  expect(await cli('workflow', 'jobs', id)).toBe(0);
  const rows = test.terminal.rows();
  expect(rows[0]!.slice(0, 5)).toEqual(['JOB', 'WORKFLOW', 'STEP', 'TASK', 'STATUS']);
  expect(rows.slice(1).map((cells) => cells.slice(0, 5))).toEqual([
    [`${run.id}.list.0`, id, 'list', '0', 'completed'],
    [`${run.id}.fetch.0`, id, 'fetch', '0', 'failed'],
    [`${run.id}.fetch.1`, id, 'fetch', '1', 'pending'],
  ]);
  test.terminal.stdout = '';
  await cli('workflow', 'jobs', id, '--status', 'failed', '--json');
  expect(json()).toMatchObject({ items: [{ step_id: 'fetch', error: { code: 'BAD' } }] });
  await cli('workflow', 'jobs', id, '--limit', '2');
  expect(test.terminal.stderr).toMatch(/^more: --cursor \S+\n$/);
});

it('R3.5a agentainer workflow state', async () => {
  const run = await startedRun();
  await test.api.state.put(run.id, { count: 3, files: ['a'] });
  const id = run.options.workflow!.id;
  expect(await cli('workflow', 'state', id)).toBe(0);
  expect(test.terminal.rows()).toEqual([
    ['KEY', 'VALUE'],
    ['count', '3'],
    ['files', '["a"]'],
  ]);
  test.terminal.stdout = '';
  await cli('workflow', 'state', id, 'files');
  expect(json()).toEqual(['a']);
  expect(await cli('workflow', 'state', id, 'none')).toBe(3);
});
