import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
beforeEach(test.start);
afterEach(test.stop);

it('says why the steps of a run wait', async () => {
  const run = await test.startedRun();
  run.open('list', [{ state: 'pending' }]);
  expect(await cli('workflow', 'explain', run.id)).toBe(0);
  expect(test.terminal.stdout).toMatch(/^STEP +STATUS +RUNNING +WAITING +BECAUSE\n/);
  expect(test.terminal.stdout).toMatch(/list +ready +0 +1 +no host makes agents for lister-/);
  expect(test.terminal.stdout).toMatch(/fetch +pending +0 +0 +it needs list \(ready\)/);
  test.terminal.stdout = '';
  expect(await cli('workflow', 'explain', run.id, '--json')).toBe(0);
  expect(json()).toMatchObject({ run_id: run.id });
});

it('has nothing to say of a run that has ended, or is not there', async () => {
  const run = await test.startedRun();
  run.open('list', [], 'completed').open('fetch', [], 'completed').end('completed');
  expect(await cli('workflow', 'explain', run.id)).toBe(0);
  expect(test.terminal.stdout).toBe('every step has ended\n');
  expect(await cli('workflow', 'explain', 'run_0')).toBe(3);
});

it('names a limit and who holds its slots', async () => {
  const run = await test.startedRun();
  run.open('list', [{ state: 'pending' }]);
  test.api.globalLimit = 2;
  test.api.limits.push({ id: 'global', held: 2, waiting: 7 });
  expect(await cli('workflow', 'explain', run.id)).toBe(0);
  expect(test.terminal.stdout).toContain('the limit of the instance: 2 of 2 at once, 7 lanes in line');
});
