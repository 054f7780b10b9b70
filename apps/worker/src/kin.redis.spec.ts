import { validateDefinition } from '@agentainer/core';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
/** For whom agents were asked for, by the step that asked. */
let realms: Map<string, string[]>;
/** The realms of leases that have no task yet. */
let asked: string[];

forEachTest((made) => {
  flow = made;
  realms = new Map();
  asked = [];
  const lease = flow.lease.bind(flow);
  flow.lease = (poolId, options) => {
    asked.push(options!.realm);
    return lease(poolId, options);
  };
});

const plan = { name: 'plan', image: 'x' };
const grown = { type: 'workflow' as const, name: 'grown', definition: { step: 'plan' } };
const made = [{ name: 'made', image: 'x' }];

/** Every lease is asked for by one step: agents work one after another here. */
beforeEach(() => {
  flow.behave = (_, { step }) => {
    realms.set(step, [...(realms.get(step) ?? []), ...asked.splice(0)]);
    return completed(step === 'plan' ? made : 1);
  };
});

it('lets single jobs share the agents of a pool with one another', async () => {
  const job = { name: 'job', steps: [{ name: 'job', image: 'x' }] };
  const [one] = [await flow.runToEnd(job), await flow.finished(await flow.start(job))];
  expect(one.kin).toBe('jobs');
  expect(realms.get('job')).toEqual(['jobs', 'jobs']);
});

it('lets a job that is listed with a workflow share the agents of that', async () => {
  const job = { name: 'job', steps: [{ name: 'job', image: 'x' }] };
  await flow.work(job);
  const { id } = await flow.starter.startJob(validateDefinition(job), null, { workflowId: 'wf_1' });
  await flow.finished(id);
  expect(realms.get('job')).toEqual(['wf_1']);
});

it('keeps what has grown in a run of a workflow, and is repeated, with that workflow', async () => {
  const definition = validateDefinition({ name: 'w', steps: [plan, grown] });
  const workflow = await flow.workflows.create(definition);
  await flow.work({ name: 'w', steps: [plan, ...made] });
  const { id } = await flow.starter.startWorkflow(workflow, null);
  expect((await flow.finished(id)).state).toBe('completed');
  const [{ childId } = { childId: '' }] = (await flow.runs.children(id, { limit: 10 })).items;
  const again = await flow.rerunner.rerun(childId, { scope: { kind: 'whole' } });
  await flow.finished(again.id);
  expect(again).toMatchObject({ workflowId: null, kin: workflow.id });
  expect(realms.get('plan')).toEqual([workflow.id]);
  expect(realms.get('made')).toEqual([workflow.id, workflow.id]);
});

it('shares the agents of a run of which nothing is known with no other', async () => {
  const definition = validateDefinition({ name: 'w', steps: made });
  const id = 'run_old';
  await flow.runs.create({ id, workflowId: null, workflowVersion: null, definition, input: 'null' });
  expect(await flow.runs.kin(id)).toBe(id);
  expect((await flow.runs.load(id))!.kin).toBe(id);
});
