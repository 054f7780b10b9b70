import { secretNameSchema } from '@agentainer/core';
import { z } from 'zod';
import { timeSchema } from './http-value.js';

export const putSecretRequestSchema = z.strictObject({
  /** Told to agents only, never shown again. */
  value: z.string(),
});
export type PutSecretRequest = z.output<typeof putSecretRequestSchema>;

/** A secret as it is shown: without its value. */
export const secretSchema = z.object({ name: secretNameSchema, updated_at: timeSchema });
export type SecretBody = z.output<typeof secretSchema>;

export const secretListSchema = z.object({ items: z.array(secretSchema) });

export const secretDeletionSchema = z.object({ name: z.string(), deleted: z.literal(true) });
