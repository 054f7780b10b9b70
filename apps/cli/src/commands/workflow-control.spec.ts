import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

describe('R9.1a agentainer workflow pause, resume, cancel', () => {
  it('speaks of the latest run', async () => {
    const run = await startedRun();
    const { id } = run.options.workflow!;
    expect(await cli('workflow', 'pause', id)).toBe(0);
    expect(test.terminal.stdout).toBe(`${run.id} is paused\n`);
    expect(await cli('workflow', 'resume', id)).toBe(0);
    expect(run.state).toBe('running');
    expect(await cli('workflow', 'cancel', id)).toBe(0);
    expect(run.state).toBe('cancelled');
    expect(await cli('workflow', 'pause', id)).toBe(1);
    expect(test.terminal.stderr).toContain(`run ${run.id} is cancelled`);
  });

  it('speaks of the run that is named', async () => {
    const run = await startedRun();
    const { workflow, definition } = run.options;
    test.api.runs.add({ definition, workflow });
    expect(await cli('workflow', 'cancel', workflow!.id, '--run', run.id, '--json')).toBe(0);
    expect(json()).toMatchObject({ id: run.id, status: 'cancelled' });
  });
});

describe('R9.1a agentainer workflow delete', () => {
  it('deletes one run, or the workflow with all of them', async () => {
    const run = await startedRun();
    const { id } = run.options.workflow!;
    expect(await cli('workflow', 'delete', id)).toBe(1);
    run.end('completed');
    const other = await startedRun();
    expect(await cli('workflow', 'delete', id, '--run', other.end('failed').id)).toBe(3);
    expect(await cli('workflow', 'delete', id, '--run', run.id)).toBe(0);
    expect(await cli('workflow', 'delete', id)).toBe(0);
    expect(test.terminal.stdout).toBe(`deleted ${run.id}\ndeleted ${id}\n`);
    expect(await cli('workflow', 'get', id)).toBe(3);
  });
});
