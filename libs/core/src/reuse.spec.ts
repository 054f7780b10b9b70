import { outlastsRuns, outlastsSteps, realmOf, reuseSchema } from './reuse.js';

const place = { kin: 'wf_1', runId: 'run_1', step: 'map' };
const elsewhere = [
  { ...place, step: 'reduce' },
  { ...place, runId: 'run_2' },
  { ...place, kin: 'wf_2', runId: 'run_3' },
];

it.each([
  ['step', [false, false, false]],
  ['run', [true, false, false]],
  ['workflow', [true, true, false]],
  ['any', [true, true, true]],
] as const)('%s shares with another step, another run, another workflow: %j', (reuse, shares) => {
  expect(elsewhere.map((other) => realmOf(reuse, other) === realmOf(reuse, place))).toEqual(shares);
});

it('leaves agents to nobody where they are not used again, or by anybody', () => {
  expect([realmOf('task', place), realmOf('any', place)]).toEqual(['', '']);
});

it('says how long a realm goes on', () => {
  expect(reuseSchema.options.filter(outlastsSteps)).toEqual(['run', 'workflow', 'any']);
  expect(reuseSchema.options.filter(outlastsRuns)).toEqual(['workflow', 'any']);
});
