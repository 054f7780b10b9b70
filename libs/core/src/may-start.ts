import { z } from 'zod';
import { LIMITS } from './limits.js';
import { imageSchema, workflowIdSchema } from './names.js';

/** What tasks of a step may start by themselves; an agent may start nothing unless its step says so. */
export const mayStartSchema = z
  .strictObject({
    images: z.array(imageSchema).max(LIMITS.startable).default([]),
    workflows: z.array(workflowIdSchema).max(LIMITS.startable).default([]),
    /** Starts of one task. */
    at_most: z.int().min(1).max(LIMITS.starts).default(100),
  })
  .refine((may) => may.images.length + may.workflows.length > 0, 'must name images or workflows');
export type MayStart = z.output<typeof mayStartSchema>;
