import type { DefinitionInput } from '@agentainer/core';
import { z } from 'zod';
import { pageQuery, pageSchema, wholeNumber } from './http-page.js';
import { runStatusSchema, runSummarySchema } from './http-run.js';
import { timeSchema } from './http-value.js';

/** A workflow as lists show it. */
export const workflowSummarySchema = z.object({
  id: z.string(),
  version: z.int(),
  name: z.string(),
  description: z.string(),
  /** The names of its steps, in the order of the definition. */
  steps: z.array(z.string()),
  created_at: timeSchema,
  /** When this version was made. */
  updated_at: timeSchema,
  /** Null until it was started. */
  latest_run: runSummarySchema.nullable(),
});
export type WorkflowSummaryBody = z.output<typeof workflowSummarySchema>;

export const workflowSchema = workflowSummarySchema.extend({
  /** The whole definition with its defaults, in the form in which it may be created again. */
  definition: z.any() as unknown as z.ZodType<DefinitionInput, DefinitionInput>,
});
export type WorkflowBody = z.output<typeof workflowSchema>;

export const workflowPageSchema = pageSchema(workflowSummarySchema);

export const listWorkflowsQuerySchema = z.strictObject({
  ...pageQuery(20, 100),
  /** Of the latest run. */
  status: runStatusSchema.optional(),
});

/** `?version=`: another version than the latest. */
export const getWorkflowQuerySchema = z.strictObject({
  version: wholeNumber(1, 1_000_000_000).optional(),
});

/** `GET /workflows/{id}/versions`: those that are kept, newest first. */
export const workflowVersionsSchema = z.object({
  items: z.array(z.object({ version: z.int(), created_at: timeSchema })),
});
export type WorkflowVersionsBody = z.output<typeof workflowVersionsSchema>;
