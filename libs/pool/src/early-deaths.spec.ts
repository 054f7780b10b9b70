import { EarlyDeaths } from './early-deaths.js';
import type { AgentRecord } from './ports.js';

const agent = (change: Partial<AgentRecord> = {}): AgentRecord => ({
  ...{
    id: 'a',
    state: 'idle',
    directory: '/a',
    uses: 0,
    createdAt: 0,
    since: 1_000,
    leases: [],
    realm: '',
  },
  ...change,
});

it('counts agents in a row that end right after their start, from the third one on', () => {
  const deaths = new EarlyDeaths();
  const seen = [1, 2, 3, 4, 5].map((i) => deaths.note('p', agent({ since: i * 1_000 }), i * 1_000 + 500));
  expect(seen).toEqual([undefined, undefined, 0, 1, 2]);
  expect(deaths.note('other', agent({ since: 6_000 }), 6_500)).toBeUndefined();
});

it('counts those once that end together, as where their engine is stopped', () => {
  const deaths = new EarlyDeaths();
  const together = (since: number) =>
    [0, 1, 2, 3, 4].map((i) => deaths.note('p', agent({ since: since + i }), since + 500 + i));
  const none = Array(5).fill(undefined) as undefined[];
  expect([together(1_000), together(2_000)]).toEqual([none, none]);
  expect(together(3_000)).toEqual([0, ...none.slice(1)]);
});

it.each<[string, AgentRecord | undefined]>([
  ['had run a task', agent({ uses: 1 })],
  ['ran one', agent({ state: 'leased' })],
  ['was to end', agent({ state: 'retiring' })],
  ['had been idle for some time', agent({ since: -10_000 })],
  ['is not known any more', undefined],
])('leaves out one that %s', (_, gone) => {
  const deaths = new EarlyDeaths();
  for (let i = 0; i < 5; i++) expect(deaths.note('p', gone, 2_000)).toBeUndefined();
});

it('forgets after some time', () => {
  const deaths = new EarlyDeaths();
  deaths.note('p', agent(), 2_000);
  deaths.note('p', agent({ since: 2_001 }), 2_500);
  expect(deaths.note('p', agent({ since: 200_000 }), 200_000)).toBeUndefined();
});
