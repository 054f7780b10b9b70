import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

const error = { code: 'BAD', message: 'no such page' };

async function deadLetter(): Promise<string> {
  const run = await startedRun();
  const history = [{ attempt: 1, endedAt: 1_000, agentId: 'agent_9', end: 'failed' as const, error }];
  run.open('list', [{ state: 'failed', error, history }], 'failed').end('failed', error);
  return `${run.id}.list.0`;
}

it('R9.2d agentainer dead-letters list shows jobs that failed for good', async () => {
  const id = await deadLetter();
  expect(await cli('dead-letters', 'list', '--code', 'BAD')).toBe(0);
  expect(test.terminal.stdout).toContain(id);
  test.terminal.stdout = '';
  expect(await cli('dead-letters', 'list', '--code', 'OTHER')).toBe(0);
  expect(test.terminal.stdout).toBe('no dead letters\n');
});

it('R9.2d agentainer dead-letters get shows the attempts of one', async () => {
  const id = await deadLetter();
  expect(await cli('dead-letters', 'get', id)).toBe(0);
  expect(test.terminal.stdout).toContain('error:    BAD: no such page\n');
  expect(test.terminal.stdout).toContain('agent_9');
  test.terminal.stdout = '';
  expect(await cli('dead-letters', 'get', id, '--json')).toBe(0);
  expect(json()).toMatchObject({ id, history: [{ attempt: 1, end: 'failed' }] });
  expect(await cli('dead-letters', 'get', 'run_1.list.0')).toBe(3);
});
