import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R1.3d creates a job for a workflow and lists it there', async () => {
  const { id } = await test.api.workflow(DEFINITION);
  expect(await cli('job', 'create', '--image', 'x', '--workflow', id, '--step', 'extra', '--json')).toBe(0);
  expect(json()).toMatchObject({ workflow_id: id, step_id: 'extra' });
  const jobId = json().id;
  [...test.api.runs.runs.values()][0]!.open('extra', [{ state: 'pending' }]);
  test.terminal.stdout = '';
  expect(await cli('workflow', 'jobs', id, '--tagged', '--json')).toBe(0);
  expect(json()).toMatchObject({ items: [{ id: jobId }] });
});
