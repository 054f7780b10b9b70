import { z } from 'zod';

/** What queued jobs carry: ids only. The record in Redis says the rest. */
export const runPayload = z.strictObject({ runId: z.string() });
export const stepPayload = z.strictObject({ runId: z.string(), step: z.string() });
export const lanePayload = z.strictObject({
  runId: z.string(),
  step: z.string(),
  generation: z.int(),
  since: z.int().optional(),
});
