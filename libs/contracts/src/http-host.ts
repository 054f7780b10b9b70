import { z } from 'zod';
import { agentCountsSchema } from './http-pool.js';
import { timeSchema } from './http-value.js';

const count = z.int().min(0);

export const hostSchema = z.object({
  name: z.string(),
  /** `draining` still has agents that are to go, `drained` has none and gets none, `silent` was not heard of for a while. */
  status: z.enum(['up', 'draining', 'drained', 'silent']),
  /** When its keeper was last heard of; null where it left. */
  heard_at: timeSchema.nullable(),
  workers: count,
  /** Its memory or a disk is nearly full: it keeps no agents ahead of need. */
  under_pressure: z.boolean(),
  /** What is nearly full, and the share of it that is in use; `directory` is a folder on the disk meant. */
  pressure: z.array(
    z.discriminatedUnion('resource', [
      z.object({ resource: z.literal('memory'), use: z.number() }),
      z.object({ resource: z.literal('disk'), directory: z.string(), use: z.number() }),
    ]),
  ),
  /** How many agents of all pools stand where. */
  agents: agentCountsSchema,
});
export type HostBody = z.output<typeof hostSchema>;

export const hostListSchema = z.object({ items: z.array(hostSchema) });
