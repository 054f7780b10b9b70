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

describe('R9.2d agentainer dead-letters redrive', () => {
  it('runs those named again, and says which it cannot', async () => {
    const id = await deadLetter();
    expect(await cli('dead-letters', 'redrive', id, '--json')).toBe(0);
    const again = json() as unknown as { runs: { run_id: string }[] };
    expect(again).toMatchObject({ runs: [{ rerun_of: id.split('.')[0], jobs: 1 }], refused: [] });
    expect(await cli('dead-letters', 'redrive', id, 'run_1.list.0')).toBe(3);
    expect(test.terminal.stderr).toContain(`the run of ${id} was redriven by ${again.runs[0]!.run_id}`);
    expect(test.terminal.stderr).toContain('run_1.list.0 is no dead letter');
  });

  it('runs those of a filter, or all, however many requests that takes', async () => {
    for (let i = 0; i < 25; i++) await deadLetter();
    expect(await cli('dead-letters', 'redrive', '--code', 'OTHER')).toBe(0);
    expect(test.terminal.stdout).toBe('nothing to run again\n');
    test.terminal.stdout = '';
    expect(await cli('dead-letters', 'redrive', '--all', '--json')).toBe(0);
    expect((json() as unknown as { runs: unknown[] }).runs).toHaveLength(25);
  });

  it('runs nothing unless it is said what', async () => {
    const id = await deadLetter();
    expect(await cli('dead-letters', 'redrive')).toBe(2);
    expect(await cli('dead-letters', 'redrive', id, '--all')).toBe(2);
    expect(test.api.rerunner.asked).toEqual([]);
  });
});
