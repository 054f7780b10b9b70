import { z } from 'zod';

export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, _ and -, and start with a letter or digit',
  );

/** A JSON pointer (RFC 6901); the empty one names the whole document. */
export const pointerSchema = z
  .string()
  .max(1_000)
  .regex(/^(\/.*)?$/s, 'must be a JSON pointer such as "/urls", or ""');

export const imageSchema = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9][\w.:/@-]*$/, 'must be an image reference such as "scraper:latest"');

export const workflowIdSchema = z
  .string()
  .regex(/^wf_[0-9a-z]{26}$/, 'must be the id of a workflow, such as "wf_01jd0000000000000000000000"');
