import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

describe('R9.1e agentainer workflow rerun', () => {
  it('repeats a run, from a step, with another input', async () => {
    const run = (await startedRun()).end('failed');
    expect(await cli('workflow', 'rerun', run.id, '--from', 'fetch', '--input', '{"a":1}', '--json')).toBe(0);
    expect(json()).toMatchObject({ rerun_of: run.id, status: 'running' });
    const { asked } = test.api.parts.rerunner;
    expect(asked).toMatchObject([{ scope: { kind: 'from_step', step: 'fetch' }, input: { a: 1 } }]);
  });

  it('runs failed tasks only, and waits', async () => {
    const run = (await startedRun()).end('failed');
    const add = test.api.runs.add.bind(test.api.runs);
    test.api.runs.add = (options) =>
      add(options)
        .open('fetch', [{ state: 'completed', result: 7 }], 'completed')
        .end('completed');
    expect(await cli('workflow', 'rerun', run.id, '--failed-only', '--wait')).toBe(0);
    expect(json()).toEqual([7]);
    expect(await cli('workflow', 'rerun', run.id, '--failed-only', '--from', 'fetch')).toBe(2);
  });
});
