import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R5.4e draws a workflow, and a run with how its steps stand', async () => {
  const run = await test.startedRun();
  run.open('list', [{ state: 'running' }], 'running');
  const id = run.options.workflow!.id;
  expect(await cli('workflow', 'graph', id)).toBe(0);
  expect(test.terminal.stdout).toBe(
    'flowchart TD\n  s0["list<br/>sequential: lister"]\n  s1[["fetch<br/>map: scraper"]]\n  s0 --> s1\n',
  );
  test.terminal.stdout = '';
  expect(await cli('workflow', 'graph', run.id)).toBe(0);
  expect(test.terminal.stdout).toContain('s0["list<br/>sequential: lister<br/>running"]:::running');
  test.terminal.stdout = '';
  expect(await cli('workflow', 'graph', id, '--of-version', '1', '--json')).toBe(0);
  expect(json()).toMatchObject({ workflow_id: id, edges: [{ from: 'list', to: 'fetch' }] });
  expect(await cli('workflow', 'graph', id, '--of-version', '2')).toBe(3);
});
