import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

it('agentainer workflow change', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'running' }], 'running');
  expect(await cli('workflow', 'change', run.id, 'fetch', '--failure-tolerance', '20%')).toBe(0);
  expect(test.terminal.stdout).toBe('fetch: up to 16 tasks at once, 20% may fail\n');
  test.terminal.stdout = '';
  const both = ['--failure-tolerance', '3', '--max-parallel', '2'];
  expect(await cli('workflow', 'change', run.id, 'fetch', ...both, '--json')).toBe(0);
  expect(json()).toMatchObject({ name: 'fetch', max_parallel: 2, failure_tolerance: 3 });
});

it.each([
  [['--failure-tolerance', 'some'], 'failure_tolerance: must be a number of tasks'],
  [['--failure-tolerance', '120%'], 'failure_tolerance: must be a number of tasks'],
  [['--max-parallel', '1.5'], '--max-parallel: must be a whole number'],
  [[], 'say what to change'],
])('refuses %j', async (more, message) => {
  const run = await startedRun();
  expect(await cli('workflow', 'change', run.id, 'fetch', ...more)).toBe(2);
  expect(test.terminal.stderr).toContain(message);
});

it('says that the step does not exist', async () => {
  const run = await startedRun();
  expect(await cli('workflow', 'change', run.id, 'none', '--max-parallel', '2')).toBe(3);
});
