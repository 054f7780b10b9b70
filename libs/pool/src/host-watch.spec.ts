import { type HostSigns, hostState, SILENCE_MS } from './host-port.js';
import { HostWatch } from './host-watch.js';

const host = (name: string, heardAt: number, change: Partial<HostSigns> = {}): HostSigns => ({
  ...{ name, heardAt, workers: 1, isDrained: false },
  ...change,
});

/** Looks once a second for so many seconds, at hosts as they are in each of them. */
function watched(seconds: number, hosts: (second: number) => HostSigns[], watch = new HostWatch()) {
  let standing = watch.look(hosts(0), 0);
  for (let second = 1; second <= seconds; second++) standing = watch.look(hosts(second), second * 1_000);
  return { serving: standing.serving, lost: standing.lost.map(({ name }) => name) };
}

it('counts a host as lost that was silent all the time that it watched', () => {
  const hosts = (second: number) => [host('a', 100 + second), host('b', 50)];
  expect(watched(SILENCE_MS / 1_000 - 1, hosts)).toEqual({ serving: ['a', 'b'], lost: [] });
  expect(watched(SILENCE_MS / 1_000, hosts)).toEqual({ serving: ['a'], lost: ['b'] });
});

it('counts nobody as lost for a time in which it could not look', () => {
  const watch = new HostWatch();
  watch.look([host('a', 1)], 0);
  expect(watch.look([host('a', 1)], 60_000).lost).toEqual([]);
  expect(watch.look([host('a', 1)], 61_000).lost).toEqual([]);
});

it('counts a host that left as lost at once', () => {
  expect(watched(0, () => [host('a', 5), host('b', 0)])).toEqual({ serving: ['a'], lost: ['b'] });
});

it('does without a host that is drained, and without one whose workers were away for long', () => {
  const idle = (second: number) => [
    host('a', second + 1),
    host('b', second + 1, { isDrained: true }),
    host('c', second + 1, { workers: second < 3 ? 1 : 0 }),
  ];
  expect(watched(5, idle).serving).toEqual(['a', 'c']);
  expect(watched(13, idle).serving).toEqual(['a']);
});

it('waits for the first worker of a host that comes, unless there are workers nowhere', () => {
  const come = (second: number) => [
    host('a', second + 1),
    ...(second > 1 ? [host('b', second + 1, { workers: 0 })] : []),
  ];
  expect(watched(3, come).serving).toEqual(['a']);
  const nowhere = (second: number) => come(second).map((one) => ({ ...one, workers: 0 }));
  expect(watched(20, nowhere).serving).toEqual(['a', 'b']);
});

it.each([
  ['up', host('a', SILENCE_MS), 3],
  ['silent', host('a', 1), 3],
  ['draining', host('a', SILENCE_MS, { isDrained: true }), 1],
  ['drained', host('a', SILENCE_MS, { isDrained: true }), 0],
  ['drained', host('a', 0, { isDrained: true }), 1],
])('says that a host is %s', (state, signs, agents) => {
  expect(hostState(signs, agents, SILENCE_MS + 1)).toBe(state);
});
