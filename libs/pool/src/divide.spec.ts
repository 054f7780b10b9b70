import fc from 'fast-check';
import { divideAmong, largerShares, smallerShares, targetShares } from './divide.js';
import type { HostShare } from './host-port.js';

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

describe('divides a number', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });

  it('into parts that come to the whole and differ by one at most', () => {
    fc.assert(
      fc.property(fc.nat(20), names, fc.string(), (count, among, key) => {
        const parts = [...divideAmong(count, among, key).values()];
        expect(sum(parts)).toBe(count);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('alike in whatever order the names come, and without one name no other loses', () => {
    fc.assert(
      fc.property(fc.nat(20), names, (count, among) => {
        const parts = divideAmong(count, among, 'k');
        expect(divideAmong(count, [...among].reverse(), 'k')).toEqual(parts);
        const left = divideAmong(count, among.slice(1), 'k');
        for (const [name, part] of left) expect(part).toBeGreaterThanOrEqual(parts.get(name)!);
      }),
    );
  });

  it('with what cannot be divided in other hands for another key', () => {
    const owners = Array.from({ length: 20 }, (_, i) =>
      [...divideAmong(1, ['a', 'b'], `pool-${i}`)].find(([, part]) => part === 1),
    );
    expect(new Set(owners.map((owner) => owner![0]))).toEqual(new Set(['a', 'b']));
  });
});

it('gives a host never a greater least than its most', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 5 }), (min_size, more, hosts) => {
      const names = Array.from({ length: hosts }, (_, i) => `h${i}`);
      const shares = targetShares('p', { min_size, max_size: min_size + more }, names);
      for (const share of shares.values()) expect(share.min_size).toBeLessThanOrEqual(share.max_size);
    }),
  );
});

/** A world in which hosts make and lose agents as they like within their shares, while somebody divides a pool again and again. */
describe('a pool that is divided while hosts come and go', () => {
  const MAX = 5;
  const hosts = ['a', 'b', 'c'];
  const steps = fc.array(
    fc.record({
      serving: fc.subarray(hosts),
      /** Agents that each host would like to have from now on. */
      wants: fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6)),
      /** How many of those beyond its share a host can end at present. */
      ends: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
    }),
    { minLength: 1, maxLength: 20 },
  );

  function divide(world: HostShare[], serving: string[], between: () => void): void {
    const targets = targetShares('p', { min_size: 1, max_size: MAX }, serving);
    // What was read is old by the time it is acted on.
    const read = world.map((share) => ({ ...share }));
    between();
    for (const { host, ...share } of smallerShares(read, targets)) {
      const at = world.find((one) => one.host === host)!;
      Object.assign(at, share);
      Object.assign(
        read.find((one) => one.host === host)!,
        at,
      );
    }
    between();
    for (const { host, ...share } of largerShares(read, targets, MAX))
      Object.assign(
        world.find((one) => one.host === host)!,
        share,
      );
  }

  function live(world: HostShare[], wants: number[], ends: number[]): void {
    world.forEach((share, i) => {
      if (share.agents < share.max_size)
        share.agents = Math.max(share.agents, Math.min(wants[i]!, share.max_size));
      else share.agents = Math.max(share.max_size, share.agents - ends[i]!);
    });
  }

  it('never has more agents than it may, wherever they are', () => {
    fc.assert(
      fc.property(steps, (turns) => {
        const world = hosts.map((host) => ({ host, min_size: 0, max_size: 0, agents: 0, onTrial: false }));
        for (const { serving, wants, ends } of turns) {
          divide(world, serving, () => {
            live(world, wants, ends);
            expect(sum(world.map((share) => share.agents))).toBeLessThanOrEqual(MAX);
          });
          live(world, wants, ends);
          expect(sum(world.map((share) => Math.max(share.agents, share.max_size)))).toBeLessThanOrEqual(MAX);
        }
      }),
    );
  });

  it('comes to what each host should have once surplus agents are gone', () => {
    fc.assert(
      fc.property(steps, (turns) => {
        const world = hosts.map((host) => ({ host, min_size: 0, max_size: 0, agents: 0, onTrial: false }));
        for (const { serving, wants } of turns) divide(world, serving, () => live(world, wants, [0, 0, 0]));
        const serving = turns.at(-1)!.serving;
        for (let turn = 0; turn < 4; turn++) divide(world, serving, () => live(world, [0, 0, 0], [6, 6, 6]));
        const targets = targetShares('p', { min_size: 1, max_size: MAX }, serving);
        for (const { host, min_size, max_size } of world)
          expect(targets.get(host) ?? { min_size: 0, max_size: 0 }).toMatchObject({ min_size, max_size });
      }),
    );
  });
});

describe('a host where agents do not start', () => {
  const share = (host: string, max_size: number, more: Partial<HostShare> = {}): HostShare => ({
    ...{ host, min_size: 0, max_size, agents: max_size, onTrial: false },
    ...more,
  });
  const size = { min_size: 0, max_size: 4 };

  it('loses its share to the others, and is told once that it is on trial', () => {
    const targets = targetShares('p', size, ['a'], ['b']);
    const none = { host: 'b', min_size: 0, max_size: 0, onTrial: true };
    expect(smallerShares([share('a', 2), share('b', 2)], targets)).toEqual([none]);
    const after = [share('a', 2), share('b', 0, { onTrial: true })];
    expect(smallerShares(after, targets)).toEqual([]);
    expect(largerShares(after, targets, 4)).toEqual([
      { host: 'a', min_size: 0, max_size: 4, onTrial: false },
    ]);
    expect(smallerShares([share('a', 4), share('b', 0)], targets)).toEqual([none]);
  });

  it('is no longer on trial where it is to have none for another reason, and gets its share back', () => {
    const shares = [share('a', 4, { agents: 2 }), share('b', 0, { onTrial: true })];
    const drained = { host: 'b', min_size: 0, max_size: 0, onTrial: false };
    expect(smallerShares(shares, targetShares('p', size, ['a']))).toEqual([drained]);
    expect(
      smallerShares(shares, targetShares('p', { min_size: 0, max_size: 0 }, ['a'], ['b'])),
    ).toContainEqual(drained);
    const both = targetShares('p', size, ['a', 'b']);
    expect(smallerShares(shares, both)).toEqual([{ host: 'a', min_size: 0, max_size: 2, onTrial: false }]);
    const now = [share('a', 2), share('b', 0, { onTrial: true })];
    expect(largerShares(now, both, 4)).toEqual([{ host: 'b', min_size: 0, max_size: 2, onTrial: false }]);
  });
});
