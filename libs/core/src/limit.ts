import { z } from 'zod';
import { durationSchema } from './duration-schema.js';
import { limitKeySchema } from './limit-key.js';
import { LIMITS } from './limits.js';

const count = z.int().min(1).max(LIMITS.rate);

/** Attempts begun: `count` of them in each span of `per`, and up to `burst` (`count`, unless given) at once after a pause. */
const rateSchema = z.strictObject({
  count,
  per: durationSchema.refine((ms) => ms >= 1_000, 'must be at least 1s'),
  burst: count.optional(),
});

/**
 * How much of a workflow's runs may happen at once, or within some time: of all of them together, or of those whose key
 * has the same value.
 */
export const limitSchema = z
  .strictObject({
    key: limitKeySchema.optional(),
    max_parallel: z.int().min(1).max(LIMITS.parallel).optional(),
    rate: rateSchema.optional(),
  })
  .refine(({ max_parallel, rate }) => max_parallel !== undefined || rate !== undefined, {
    message: 'must have max_parallel, a rate, or both',
  });
export type Limit = z.output<typeof limitSchema>;

/** The limits of a workflow; no two of them have the same key, or none. */
export const limitsSchema = z
  .array(limitSchema)
  .max(LIMITS.limits)
  .superRefine((limits, ctx) => {
    limits.forEach(({ key }, i) => {
      const first = limits.findIndex((limit) => limit.key === key);
      if (first === i) return;
      const message =
        key === undefined ? `limits[${first}] has no key either` : `is that of limits[${first}]`;
      ctx.addIssue({ code: 'custom', path: [i, 'key'], message });
    });
  });
