import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, startedRun, play } = test;
beforeEach(test.start);
afterEach(test.stop);

/** A run with two tasks, of which one was tried twice. */
async function printed() {
  const run = await startedRun();
  run.open('list', [{ state: 'completed' }]).open('fetch', [{ state: 'running' }, { state: 'running' }]);
  const say = (step: string, index: number, attempt: number, text: string, more: object = {}) =>
    test.api.logs.add({ runId: run.id, step, index, attempt }, { text, ...more });
  return { run, say };
}

it('R9.3c agentainer job logs shows what a job printed, attempt by attempt, with what is missing', async () => {
  const { run, say } = await printed();
  say('fetch', 0, 1, 'first\nhalf a ');
  say('fetch', 1, 1, 'of another\n');
  say('fetch', 0, 1, 'line\n', { offset: 13 });
  say('fetch', 0, 1, 'late\n', { offset: 118 });
  say('fetch', 0, 1, 'an error\n', { stream: 'stderr' });
  say('fetch', 0, 2, 'again');
  expect(await cli('job', 'logs', `${run.id}.fetch.0`)).toBe(0);
  expect(test.terminal.stdout).toBe('first\nhalf a line\n[100 bytes were not kept]\nlate\nan error\nagain\n');
  const shown = async (...options: string[]) => {
    test.terminal.stdout = '';
    expect(await cli('job', 'logs', `${run.id}.fetch.0`, ...options)).toBe(0);
    return test.terminal.stdout;
  };
  expect(await shown('--attempt', '2')).toBe('again\n');
  expect(await shown('--stream', 'stderr')).toBe('an error\n');
  expect(await shown('--tail', '2')).toBe('an error\nagain\n');
  expect(JSON.parse(await shown('--attempt', '2', '--json'))).toMatchObject({
    job_id: `${run.id}.fetch.0`,
    attempt: 2,
    stream: 'stdout',
    offset: 0,
    text: 'again',
  });
});

it('R9.3c agentainer workflow logs -f shows all tasks of a run until it has ended', async () => {
  const { run, say } = await printed();
  say('list', 0, 1, 'listing\n');
  play(run, [
    () => undefined,
    () => say('fetch', 0, 1, 'one '),
    () => say('fetch', 1, 1, 'two\n'),
    () => say('fetch', 0, 1, 'line\n', { offset: 4 }),
    () => run.end('completed'),
  ]);
  expect(await cli('workflow', 'logs', run.id, '-f')).toBe(0);
  expect(test.terminal.stdout).toBe('list.0 | listing\nfetch.1 | two\nfetch.0 | one line\n');
  test.terminal.stdout = '';
  expect(await cli('workflow', 'logs', run.options.workflow!.id, '--step', 'list')).toBe(0);
  expect(test.terminal.stdout).toBe('list.0 | listing\n');
});

it('shows every page, and nothing that could steer a terminal', async () => {
  const { run, say } = await printed();
  for (let i = 0; i < 2_500; i++) say('list', 0, 1, 'x\n', { offset: 2 * i });
  expect(await cli('job', 'logs', `${run.id}.list.0`)).toBe(0);
  expect(test.terminal.stdout).toBe('x\n'.repeat(2_500));
  test.terminal.stdout = '';
  test.terminal.live = true;
  say('fetch', 0, 1, '\u001b[31mred\u001b[0m\tand\u001b]0;title\u0007\u009b2J\r\n');
  await cli('job', 'logs', `${run.id}.fetch.0`);
  expect(test.terminal.stdout).toBe('red\tand ]0;title 2J \n');
});

it('says what it does not find', async () => {
  const { id } = await test.api.workflow({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  expect(await cli('workflow', 'logs', id)).toBe(3);
  expect(await cli('job', 'logs', 'nothing', '-f')).toBe(3);
  expect(await cli('workflow', 'logs', 'run_0')).toBe(3);
  expect(await cli('job', 'logs', 'x', '--attempt', 'two')).toBe(2);
});
