import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

it('agentainer workflow step', async () => {
  const run = await startedRun();
  run.open('fetch', [{ state: 'completed' }, { state: 'running' }, { state: 'pending' }], 'running');
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  run.progress.set('fetch', [{ index: 1, at, value: '{"pages":3}' }]);
  expect(await cli('workflow', 'step', run.id, 'fetch')).toBe(0);
  expect(test.terminal.stdout).toContain('3 in all, 1 completed, 1 running, 1 pending');
  expect(test.terminal.stdout).toContain('2026-01-02 03:04:05Z  {"pages":3}');
  test.terminal.stdout = '';
  expect(await cli('workflow', 'step', run.id, 'fetch', '--json')).toBe(0);
  expect(json()).toMatchObject({ name: 'fetch', progress: [{ index: 1, value: { pages: 3 } }] });
});

it('says that the step does not exist', async () => {
  expect(await cli('workflow', 'step', (await startedRun()).id, 'none')).toBe(3);
});
