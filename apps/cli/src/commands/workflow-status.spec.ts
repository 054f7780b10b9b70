import type { FakeRun } from '@agentainer/testing';
import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun, play } = test;
beforeEach(test.start);
afterEach(test.stop);

describe('R1.3c agentainer workflow status', () => {
  /** The command asks for the workflow, whose latest run is looked at, before it watches. */
  const FIRST_LOOKS = [() => undefined];

  it('shows the steps of the latest run', async () => {
    const run = await startedRun();
    run
      .open('list', [{ state: 'completed' }], 'completed')
      .open('fetch', [{ state: 'running' }, { state: 'failed' }], 'running');
    expect(await cli('workflow', 'status', run.options.workflow!.id)).toBe(0);
    expect(test.terminal.stdout).toContain(`run:      ${run.id}\n`);
    const [step] = test.terminal.rows().filter((cells) => cells[0] === 'fetch');
    expect(step!.slice(0, 12)).toEqual([
      'fetch',
      'map',
      'running',
      '2',
      '0',
      '1',
      '0',
      '0',
      '1',
      '0',
      '0',
      '-',
    ]);
    expect(step!.slice(12).join(' ')).toMatch(/^\d{4}-\d\d-\d\d/);
  });

  it('shows another run where it is named, but none of another workflow', async () => {
    const run = await startedRun();
    const { workflow, definition } = run.options;
    test.api.runs.add({ definition, workflow });
    expect(await cli('workflow', 'status', workflow!.id, '--run', run.id, '--json')).toBe(0);
    expect(json().id).toBe(run.id);
    const other = await startedRun();
    expect(await cli('workflow', 'status', workflow!.id, '--run', other.id)).toBe(3);
    expect(await cli('workflow', 'status', workflow!.id, '--run', other.id, '--watch')).toBe(3);
  });

  it('says that a workflow was never started', async () => {
    const { id } = await test.api.workflow(DEFINITION);
    expect(await cli('workflow', 'status', id)).toBe(3);
    expect(test.terminal.stderr).toBe(`error: workflow ${id} was never started\n`);
  });

  const stagesOf = (run: FakeRun, end: () => void) => [
    () => run.open('list', [{ state: 'running' }], 'running'),
    () =>
      run
        .open('list', [{ state: 'completed' }], 'completed')
        .open('fetch', [{ state: 'pending' }, { state: 'pending' }]),
    () => run.open('fetch', [{ state: 'completed' }, { state: 'retrying' }], 'running'),
    () => {
      run.open('fetch', [{ state: 'completed' }, { state: 'completed' }], 'completed');
      end();
    },
  ];

  it('R2.5d watches in plain lines where nobody can draw over them', async () => {
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(0);
    const lines = test.terminal.stdout.split('\n').filter((line) => line.includes(': '));
    expect(lines.slice(0, 6)).toEqual([
      'list: 0/1 running',
      'fetch: 0/0 pending',
      'list: 1/1 completed',
      'fetch: 0/2 ready',
      'fetch: 1/2, 1 retrying running',
      'fetch: 2/2 completed',
    ]);
    expect(test.terminal.stdout).not.toContain('\u001b');
  });

  it('R2.5e watches with a bar for each step on a terminal', async () => {
    test.terminal.live = true;
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(0);
    expect(test.terminal.stdout).toContain(
      `fetch  ${'█'.repeat(12)}${'░'.repeat(12)}  1/2, 1 retrying  running`,
    );
    expect(test.terminal.stdout).toContain('\u001b[2A');
  });

  it('ends with 4 where the run fails, and tells why', async () => {
    const run = await startedRun();
    play(run, [
      ...FIRST_LOOKS,
      () => run.end('failed', { code: 'BAD', message: 'step list:\nno\u001b[31m' }),
    ]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(4);
    expect(test.terminal.stderr).toBe(`error: ${run.id} failed: BAD: step list: no [31m\n`);
  });

  it('R1.3e watches as JSON, a line for each change', async () => {
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch', '--json')).toBe(0);
    const looks = test.terminal.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string });
    expect(looks.map((look) => look.status)).toEqual(['running', 'running', 'running', 'completed']);
    expect(looks.at(-1)).toMatchObject({ result: [null, null] });
  });
});
