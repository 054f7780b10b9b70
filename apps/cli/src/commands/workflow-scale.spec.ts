import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

it('agentainer workflow scale', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'running' }], 'running');
  expect(await cli('workflow', 'scale', run.id, 'fetch', '--max-parallel', '7')).toBe(0);
  expect(test.terminal.stdout).toBe('fetch: up to 7 tasks at once\n');
  test.terminal.stdout = '';
  expect(await cli('workflow', 'scale', run.id, 'fetch', '--max-parallel', '9', '--json')).toBe(0);
  expect(json()).toMatchObject({ name: 'fetch', max_parallel: 9 });
});

it.each([
  [['--max-parallel', 'many'], 2, '--max-parallel: must be a whole number'],
  [['--max-parallel', '0'], 2, 'max_parallel: '],
  [[], 2, 'max-parallel'],
])('refuses %j', async (more, code, message) => {
  const run = await startedRun();
  expect(await cli('workflow', 'scale', run.id, 'fetch', ...more)).toBe(code);
  expect(test.terminal.stderr).toContain(message);
});

it('says that the step does not exist', async () => {
  const run = await startedRun();
  expect(await cli('workflow', 'scale', run.id, 'none', '--max-parallel', '2')).toBe(3);
});
