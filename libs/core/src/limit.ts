import { z } from 'zod';
import { limitKeySchema } from './limit-key.js';
import { LIMITS } from './limits.js';

/** How much of a workflow's runs may happen at once: of all of them together, or of those whose key has the same value. */
export const limitSchema = z.strictObject({
  key: limitKeySchema.optional(),
  max_parallel: z.int().min(1).max(LIMITS.parallel),
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
