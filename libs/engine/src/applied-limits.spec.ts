import { InvalidInputError, validateDefinition } from '@agentainer/core';
import { appliedLimits, fullLimits, limitKeysOf } from './applied-limits.js';
import { lanesOf } from './step-lanes.js';

const definition = validateDefinition({
  name: 'w',
  config: { limits: [{ max_parallel: 3 }, { key: 'input.customer', max_parallel: 2 }] },
  steps: [{ type: 'map', name: 'm', image: 'x', items: { range: { from: 1, to: 9 } } }],
});
const plain = validateDefinition({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
const applied = (workflowId: string, value: string, global = 0) =>
  appliedLimits({ definition, workflowId, limitKeys: [value], global });

it('puts the narrowest limit first, and the instance last', () => {
  expect(applied('wf_1', 'c1', 9)).toEqual([
    {
      id: expect.stringMatching(/^key:wf_1:[0-9a-f]{24}$/) as string,
      kind: 'key',
      maxParallel: 2,
      key: 'input.customer',
      value: 'c1',
    },
    { id: 'workflow:wf_1', kind: 'workflow', maxParallel: 3 },
    { id: 'global', kind: 'global', maxParallel: 9 },
  ]);
  const nothing = { definition: plain, workflowId: null, limitKeys: [] };
  expect(appliedLimits({ ...nothing, global: 0 })).toEqual([]);
  expect(appliedLimits({ ...nothing, global: 1 })).toMatchObject([{ id: 'global' }]);
});

it('shares the slots of a key among runs of one workflow with the same value', () => {
  const id = (workflowId: string, value: string) => applied(workflowId, value)[0]!.id;
  expect(id('wf_1', 'c1')).toBe(id('wf_1', 'c1'));
  expect(id('wf_1', 'c1')).not.toBe(id('wf_1', 'c2'));
  expect(id('wf_1', 'c1')).not.toBe(id('wf_2', 'c1'));
});

it('finds out what keys come to, however large the input is, and refuses an input that does not have them', () => {
  expect(limitKeysOf(plain, '{')).toEqual([]);
  const much = 'x'.repeat(1_000_000);
  expect(limitKeysOf(definition, JSON.stringify({ customer: 7, much }))).toEqual(['7']);
  expect(() => limitKeysOf(definition, '{}')).toThrow(InvalidInputError);
  expect(() => limitKeysOf(definition, 'null')).toThrow('input: the key of config.limits[1] is not there');
});

it('tells which limits are full', () => {
  const limits = applied('wf_1', 'c1', 9);
  const standing = (i: number, held: number) => ({ id: limits[i]!.id, held, waiting: 4 });
  expect(fullLimits(limits, [standing(0, 1), standing(1, 3)], 0)).toEqual([
    { id: 'workflow:wf_1', kind: 'workflow', maxParallel: 3, held: 3, waiting: 4 },
  ]);
});

it('makes no more lanes than a limit has slots', () => {
  expect(lanesOf(definition, { name: 'm', total: 9, generation: 0 }).lanes).toBe(2);
});
