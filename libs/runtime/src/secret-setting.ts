import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Where the key is that secrets are sealed with: in the environment, or better in a file. */
export const SECRETS_KEY_SETTINGS = {
  AGENTAINER_SECRETS_KEY: z.string().optional(),
  AGENTAINER_SECRETS_KEY_FILE: z
    .string()
    .transform((path, ctx) => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: `cannot be read: ${(error as Error).message}` });
        return z.NEVER;
      }
    })
    .optional(),
};

/** The key's text; undefined where none is set. */
export function secretsKey(read: z.output<z.ZodObject<typeof SECRETS_KEY_SETTINGS>>): string | undefined {
  return read.AGENTAINER_SECRETS_KEY ?? read.AGENTAINER_SECRETS_KEY_FILE;
}
