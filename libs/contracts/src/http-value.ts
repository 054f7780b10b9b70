import type { Json } from '@agentainer/core';
import { z } from 'zod';

/** Any JSON value. It is taken as parsed; its depth and size are bounded where it comes in. */
export const anyJsonSchema: z.ZodType<Json, Json> = z.any();

/** A moment, as ISO 8601 in UTC. */
export const timeSchema = z.iso.datetime();

export const taskErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.string().optional(),
});
