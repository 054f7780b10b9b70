import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, file } = test;
beforeEach(test.start);
afterEach(test.stop);

it('updates a workflow from a file, lists its versions, and shows and starts one of them', async () => {
  const { id } = await test.api.workflow(DEFINITION);
  const changed = file('def.json', { ...DEFINITION, description: 'changed' });
  expect(await cli('workflow', 'update', id, '--file', changed)).toBe(0);
  expect(test.terminal.stdout).toBe(`${id} is at version 2\n`);
  expect(await cli('workflow', 'versions', id)).toBe(0);
  expect(test.terminal.stdout).toMatch(/VERSION {2}CREATED\n2 +20.*\n1 +20/);
  expect(await cli('workflow', 'get', id)).toBe(0);
  expect(test.terminal.stdout).toMatch(/description: +changed/);
  expect(await cli('workflow', 'start', id, '--of-version', '1')).toBe(0);
  const [run] = [...test.api.runs.runs.values()];
  expect(run!.options.workflow?.version).toBe(1);
});

it('says which version is not there', async () => {
  const { id } = await test.api.workflow(DEFINITION);
  expect(await cli('workflow', 'get', id, '--of-version', '7')).toBe(3);
  expect(test.terminal.stderr).toContain(`${id} version 7`);
});
