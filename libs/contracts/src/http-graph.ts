import { z } from 'zod';
import { stepStatusSchema, stepTypeSchema } from './http-run.js';

const nodeSchema = z.object({
  step: z.string(),
  type: stepTypeSchema,
  /** Whether it has a task for each of its items. */
  map: z.boolean(),
  image: z.string().optional(),
  /** The workflow that its tasks are runs of. */
  workflow: z.string().optional(),
  when: z.string().optional(),
});

const edgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** `data`: what the second step gets comes from the first one. `undo`: it undoes what the first one did. */
  kind: z.enum(['order', 'data', 'undo']),
});

/** `GET /workflows/{id}/graph`: the steps, in the order of the definition, and what stands between them. */
export const workflowGraphSchema = z.object({
  workflow_id: z.string(),
  version: z.int(),
  nodes: z.array(nodeSchema),
  edges: z.array(edgeSchema),
  /** The same as text of Mermaid. */
  mermaid: z.string(),
});
export type WorkflowGraphBody = z.output<typeof workflowGraphSchema>;

/** `GET /runs/{id}/graph`: the same of a run, with how its steps stand. */
export const runGraphSchema = z.object({
  run_id: z.string(),
  nodes: z.array(nodeSchema.extend({ status: stepStatusSchema, total: z.int(), completed: z.int() })),
  edges: z.array(edgeSchema),
  mermaid: z.string(),
});
export type RunGraphBody = z.output<typeof runGraphSchema>;
