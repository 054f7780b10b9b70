import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, file, play } = test;
beforeEach(test.start);
afterEach(test.stop);

describe('R5.3b agentainer workflow start', () => {
  it('starts a run with its input', async () => {
    const { id } = await test.api.workflow(DEFINITION);
    expect(await cli('workflow', 'start', id, '--input', '{"a":1}')).toBe(0);
    const runId = /^started (run_\w+)\n$/.exec(test.terminal.stdout)![1]!;
    expect(await test.api.runs.input(runId)).toBe('{"a":1}');
    expect(await cli('workflow', 'start', id, '--input-file', file('in.json', [1]), '--json')).toBe(0);
    expect(await cli('workflow', 'start', id, '--input', '{', '--json')).toBe(2);
    expect(await cli('workflow', 'start', id, '--input', '1', '--input-file', '-')).toBe(2);
    expect(test.terminal.stderr).toContain('--input: must not be given together with --input-file');
  });

  it('R9.2e starts it as urgent as asked', async () => {
    const { id } = await test.api.workflow(DEFINITION);
    expect(await cli('workflow', 'start', id, '--priority', '2', '--json')).toBe(0);
    expect(json()).toMatchObject({ priority: 2 });
    expect(await cli('workflow', 'start', id, '--priority', '10')).not.toBe(0);
    expect(await cli('workflow', 'start', id, '--priority', 'high')).toBe(2);
    expect(await cli('job', 'create', '--image', 'x', '--priority', '8')).toBe(0);
    const priorities = [...test.api.runs.runs.values()].map((run) => run.options.definition.config.priority);
    expect(priorities).toEqual([2, 8]);
  });

  it('waits, and leaves standard output to the result', async () => {
    const { id } = await test.api.workflow(DEFINITION);
    const add = test.api.runs.add.bind(test.api.runs);
    test.api.runs.add = (options) => {
      const run = add(options);
      play(run, [
        () => run.open('fetch', [{ state: 'completed', result: { n: 1 } }], 'completed').end('completed'),
      ]);
      return run;
    };
    expect(await cli('workflow', 'start', id, '--wait')).toBe(0);
    expect(json()).toEqual([{ n: 1 }]);
    expect(test.terminal.stderr).toMatch(/^started run_\w+\n[^]*completed in /);
  });
});
