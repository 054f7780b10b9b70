import { outlastsRuns, outlastsSteps, realmOf, reuseSchema } from './reuse.js';

const place = { workflowId: 'wf_1', runId: 'run_1', step: 'map' };
const elsewhere = [
  { ...place, step: 'reduce' },
  { ...place, runId: 'run_2' },
  { ...place, workflowId: 'wf_2', runId: 'run_3' },
];

it.each([
  ['step', [false, false, false]],
  ['run', [true, false, false]],
  ['workflow', [true, true, false]],
  ['any', [true, true, true]],
] as const)('%s shares with another step, another run, another workflow: %j', (reuse, shares) => {
  expect(elsewhere.map((other) => realmOf(reuse, other) === realmOf(reuse, place))).toEqual(shares);
});

it('takes a run of no workflow for one of its own', () => {
  const of = (runId: string) => realmOf('workflow', { workflowId: null, runId, step: 's' });
  expect(of('run_1')).not.toBe(of('run_2'));
});

it('leaves agents to nobody where they are not used again, or by anybody', () => {
  expect([realmOf('task', place), realmOf('any', place)]).toEqual(['', '']);
});

it('says how long a realm goes on', () => {
  expect(reuseSchema.options.filter(outlastsSteps)).toEqual(['run', 'workflow', 'any']);
  expect(reuseSchema.options.filter(outlastsRuns)).toEqual(['workflow', 'any']);
});
