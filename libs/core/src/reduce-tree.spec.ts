import fc from 'fast-check';
import { ReduceTree } from './reduce-tree.js';

it('has levels up to a single task', () => {
  const tree = new ReduceTree(10, 3);
  expect([tree.leaves, tree.size]).toEqual([4, 4 + 2 + 1]);
  expect([0, 4, 6, 7].map((tasks) => tree.withNextLevel(tasks))).toEqual([4, 6, 7, undefined]);
  expect([0, 3, 4, 5, 6].map((index) => tree.node(index))).toEqual([
    { level: 0, first: 0, count: 3 },
    { level: 0, first: 9, count: 1 },
    { level: 1, first: 0, count: 3 },
    { level: 1, first: 3, count: 1 },
    { level: 2, first: 4, count: 2 },
  ]);
});

it.each([0, 1, 3])('is one task for %i outcomes where it takes three', (outcomes) => {
  const tree = new ReduceTree(outcomes, 3);
  expect([tree.leaves, tree.size, tree.withNextLevel(1)]).toEqual([1, 1, undefined]);
  expect(tree.node(0)).toEqual({ level: 0, first: 0, count: outcomes });
});

it('takes up every outcome once, and no node more than it may', () => {
  fc.assert(
    fc.property(fc.nat(3_000), fc.integer({ min: 2, max: 60 }), (outcomes, fanIn) => {
      const tree = new ReduceTree(outcomes, fanIn);
      const nodes = Array.from({ length: tree.size }, (_, index) => tree.node(index));
      const taken = (level: 0 | 1) =>
        nodes
          .filter((node) => Math.min(node.level, 1) === level)
          .flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
      expect(taken(0)).toEqual(Array.from({ length: outcomes }, (_, i) => i));
      expect(taken(1)).toEqual(Array.from({ length: tree.size - 1 }, (_, i) => i));
      expect(Math.max(...nodes.map(({ count }) => count))).toBeLessThanOrEqual(fanIn);
      const totals = [];
      for (let tasks = tree.leaves; tasks < tree.size; tasks = tree.withNextLevel(tasks)!) totals.push(tasks);
      expect(totals.every((tasks) => nodes[tasks]!.level === nodes[tasks - 1]!.level + 1)).toBe(true);
    }),
  );
});
