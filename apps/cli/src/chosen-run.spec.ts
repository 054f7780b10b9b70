import { CliTest } from './cli-test.fixture.js';
import { FakeTerminal } from './output/fake-terminal.fixture.js';

const test = new CliTest();
const { startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

/** What a command line says, and its exit code. */
async function said(...argv: string[]) {
  test.terminal = new FakeTerminal();
  const code = await test.cli('workflow', ...argv);
  // Of a run that goes on, it grows.
  return [code, test.terminal.stderr, test.terminal.stdout.replace(/duration: .*/, '')];
}

const COMMANDS: [string, ...string[]][] = [
  ['status'],
  ['jobs'],
  ['state'],
  ['explain'],
  ['logs'],
  ['children'],
  ['step', 'list'],
  ['change', 'list', '--max-parallel', '2'],
  ['signal', 'go'],
];

it.each(COMMANDS)('R9.1a workflow %s takes the id of a run, or of its workflow', async (name, ...more) => {
  const run = await startedRun();
  run.open('list', [{ state: 'running' }], 'running');
  const { id } = run.options.workflow!;
  const [code, errors, text] = await said(name, run.id, ...more);
  expect([code, errors]).toEqual([0, expect.not.stringContaining('error')]);
  expect(await said(name, id, ...more)).toEqual([code, errors, text]);
  test.api.runs.add({ definition: run.options.definition, workflow: run.options.workflow });
  expect(await said(name, id, ...more, '--run', run.id)).toEqual([code, errors, text]);
});

it('R9.1a pauses, resumes, cancels and deletes a run by its own id', async () => {
  const run = await startedRun();
  expect(await said('pause', run.id)).toEqual([0, '', `${run.id} is paused\n`]);
  expect(await said('resume', run.id)).toEqual([0, '', `${run.id} is running\n`]);
  expect(await said('cancel', run.id)).toEqual([0, '', `${run.id} is cancelled\n`]);
  expect(await said('delete', run.id)).toEqual([0, '', `deleted ${run.id}\n`]);
  expect((await said('get', run.options.workflow!.id))[0]).toBe(0);
});

it('names what is wrong with the choice', async () => {
  const [run, other] = [await startedRun(), await startedRun()];
  const { id } = run.options.workflow!;
  expect(await said('status', id, '--run', other.id)).toEqual([
    3,
    `error: run ${other.id} is not of workflow ${id}\n`,
    '',
  ]);
  expect(await said('status', run.id, '--run', other.id)).toEqual([
    2,
    `error: --run: ${run.id} is a run already\n`,
    '',
  ]);
  for (const missing of ['run_missing', 'wf_missing']) expect((await said('explain', missing))[0]).toBe(3);
});
