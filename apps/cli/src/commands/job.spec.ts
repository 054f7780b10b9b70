import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun, play } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R1.3a agentainer list shows the workflow and the step of each job', async () => {
  const run = await startedRun();
  run.open('list', [{ state: 'running' }]);
  await cli('job', 'create', '--image', 'x');
  test.terminal.stdout = '';
  expect(await cli('list')).toBe(0);
  expect(test.terminal.rows().map((cells) => cells.slice(1, 5))).toEqual([
    ['WORKFLOW', 'STEP', 'TASK', 'STATUS'],
    [run.options.workflow!.id, 'list', '0', 'running'],
  ]);
});

describe('agentainer job', () => {
  it('creates a job and shows it', async () => {
    expect(
      await cli('job', 'create', '--image', 'x', '--input', '{"a":1}', '--timeout', '5m', '--json'),
    ).toBe(0);
    const { id, run_id } = json() as { id: string; run_id: string };
    expect(await test.api.runs.input(run_id)).toBe('{"a":1}');
    test.terminal.stdout = '';
    test.api.runs.runs.get(run_id)!.open('job', [{ state: 'completed', result: 9 }]);
    expect(await cli('job', 'get', id)).toBe(0);
    expect(test.terminal.stdout).toContain('result:   9\n');
  });

  it('waits for the end of a job that fails', async () => {
    const add = test.api.runs.add.bind(test.api.runs);
    test.api.runs.add = (options) => {
      const run = add(options);
      const error = { code: 'BAD', message: 'no' };
      play(run, [() => undefined, () => run.open('job', [{ state: 'failed', error }]).end('failed', error)]);
      return run;
    };
    expect(await cli('job', 'create', '--image', 'x', '--wait')).toBe(4);
    expect(test.terminal.stdout).toContain('error:    BAD: no\n');
    expect(test.terminal.stderr).toContain('failed: BAD: no');
  });
});
