import type { HostShare } from './host-port.js';
import { StartWatch } from './start-watch.js';

const share = (host: string, trouble?: HostShare['trouble']): HostShare => ({
  ...{ host, min_size: 0, max_size: 2, agents: 0, onTrial: false },
  trouble,
});
let watch: StartWatch;
beforeEach(() => (watch = new StartWatch()));

/** The hosts among which the pool is divided, where `b` has that trouble. */
const able = (now: number, trouble?: HostShare['trouble'], ofA?: HostShare['trouble']) =>
  watch.able('p', ['a', 'b'], [share('a', ofA), share('b', trouble)], now);

it('leaves out a host where agents do not start, at once, and takes it back as soon as they do', () => {
  expect(able(0)).toEqual(['a', 'b']);
  expect(able(1, 'starts_fail')).toEqual(['a']);
  expect(able(2, 'starts_fail')).toEqual(['a']);
  expect(able(3)).toEqual(['a', 'b']);
});

it('knows each pool for itself, and leaves out nobody where agents start nowhere', () => {
  expect(able(0, 'starts_fail')).toEqual(['a']);
  expect(watch.able('q', ['a', 'b'], [share('a'), share('b')], 0)).toEqual(['a', 'b']);
  expect(able(1, 'starts_fail', 'starts_fail')).toEqual(['a', 'b']);
  expect(watch.able('p', ['b'], [share('a'), share('b', 'starts_fail')], 2)).toEqual(['b']);
});

it('waits for an engine that is being restarted', () => {
  expect(able(0, 'engine_away')).toEqual(['a', 'b']);
  expect(able(9_999, 'engine_away')).toEqual(['a', 'b']);
  expect(able(10_000, 'engine_away')).toEqual(['a']);
  expect(able(10_001)).toEqual(['a', 'b']);
  expect(able(20_000, 'engine_away')).toEqual(['a', 'b']);
});

it('takes back a host where it does not last more seldom each time: in ten hours of flapping no more than a few dozen times', () => {
  let moves = 0;
  let before = 2;
  // Agents start there for a second, then fail for a second.
  for (let now = 0; now < 36_000_000; now += 1_000) {
    const count = able(now, (now / 1_000) % 2 === 0 ? 'starts_fail' : undefined).length;
    if (count !== before) moves += 1;
    before = count;
  }
  expect(moves).toBeLessThan(5);
});

it('takes it back once it has lasted for as long as it is to, and has forgotten all of it after a while', () => {
  const fails = (now: number) => expect(able(now, 'starts_fail')).toEqual(['a']);
  fails(0);
  expect(able(1)).toEqual(['a', 'b']);
  fails(2);
  expect([able(3), able(10_002), able(10_003)]).toEqual([['a'], ['a'], ['a', 'b']]);
  fails(20_000);
  expect([able(20_001), able(40_000), able(40_001)]).toEqual([['a'], ['a'], ['a', 'b']]);
  watch.forget(640_000);
  fails(640_000);
  expect([able(640_001), able(680_001)]).toEqual([['a'], ['a', 'b']]);
  watch.forget(1_280_002);
  fails(1_280_003);
  expect(able(1_280_004)).toEqual(['a', 'b']);
});
