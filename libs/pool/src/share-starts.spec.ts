import fc from 'fast-check';
import { shareStarts } from './share-starts.js';

const waits = (poolId: string, starts: number) => ({ poolId, starts, waiting: 1 });
const warms = (poolId: string, starts: number) => ({ poolId, starts, waiting: 0 });

it('gives each pool one before any gets a second', () => {
  expect(shareStarts([waits('a', 9), waits('b', 1), waits('c', 2)], 5, 0)).toEqual(['a', 'b', 'c', 'a', 'c']);
});

it('serves pools for which lanes wait first', () => {
  expect(shareStarts([warms('a', 2), waits('b', 2)], 3, 0)).toEqual(['b', 'b', 'a']);
});

it('lets another pool begin at each turn', () => {
  const requests = [waits('a', 1), waits('b', 1), waits('c', 1)];
  expect([0, 1, 2, 3].map((turn) => shareStarts(requests, 1, turn)[0])).toEqual(['a', 'b', 'c', 'a']);
});

it('gives out every slot that is wanted, and none beyond', () => {
  const request = fc.record({ starts: fc.nat(5), waiting: fc.nat(1) });
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 8 }),
      fc.integer({ min: -2, max: 9 }),
      fc.nat(),
      (drawn, slots, turn) => {
        const requests = drawn.map((r, i) => ({ poolId: `pool-${i}`, ...r }));
        const shared = shareStarts(requests, slots, turn);
        const wanted = requests.reduce((sum, r) => sum + r.starts, 0);
        expect(shared).toHaveLength(Math.max(0, Math.min(slots, wanted)));
        for (const { poolId, starts } of requests)
          expect(shared.filter((id) => id === poolId).length).toBeLessThanOrEqual(starts);
      },
    ),
  );
});
