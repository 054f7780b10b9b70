import { z } from 'zod';
import { LIMITS } from './limits.js';
import { nameSchema, pointerSchema } from './names.js';
import { stateKeySchema } from './state-operation.js';
import { fromFile, fromUrl, type OutsideItems } from './outside-items.js';

const itemList = z.array(z.json()).max(LIMITS.items);
const fromList = z.strictObject({ value: itemList });
const fromInput = z.strictObject({ input: pointerSchema });
const fromStep = z.strictObject({ step: nameSchema, pointer: pointerSchema.default('') });
/** The list or set that the run's state holds under a key when the step is opened. */
const fromState = z.strictObject({ state: stateKeySchema });

/** The whole numbers `from`, `from + step`, … up to and including `to`. */
export interface ItemRange {
  from: number;
  to: number;
  step: number;
}
const bound = z.int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const rangeSchema = z
  .strictObject({
    from: bound,
    to: bound,
    step: bound.refine((step) => step !== 0, 'must not be 0').default(1),
  })
  .refine((range) => range.step === 0 || rangeLength(range) <= LIMITS.items, {
    path: ['to'],
    message: `must not make more than ${LIMITS.items} items`,
  });
const fromRange = z.strictObject({ range: rangeSchema });

const GIVEN = ['a list of JSON values', '{"value": […]}', '{"range": {"from": 1, "to": 9}}'];
const OUTSIDE = [
  ...GIVEN,
  '{"input": "/pointer"}',
  '{"state": "key"}',
  '{"url": "https://…"}',
  '{"file": "/path"}',
];
const help = (forms: string[]) => `must be ${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`;

/** A list, or where it comes from. */
export const itemsSchema = z.union(
  [itemList, fromList, fromRange, fromInput, fromState, fromUrl, fromFile, fromStep],
  { error: help([...OUTSIDE, '{"step": "name", "pointer": "/…"}']) },
);
export type ItemSource = z.output<typeof itemsSchema>;

/** A list, or where it comes from other than from a step. */
export const givenItemsSchema = z.union(
  [itemList, fromList, fromRange, fromInput, fromState, fromUrl, fromFile],
  { error: help(OUTSIDE) },
);

/** Whether items are read from outside of the instance: that may take long, and must be allowed. */
export function areOutside(items: ItemSource): items is OutsideItems {
  return 'url' in items || 'file' in items;
}

/** How many items a range has; 0 where `to` lies on the other side of `from`. */
export function rangeLength({ from, to, step }: ItemRange): number {
  return Math.max(0, Math.floor((to - from) / step) + 1);
}
