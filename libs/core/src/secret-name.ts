import { z } from 'zod';

/** Secrets that one step may be given. */
const MOST_OF_A_STEP = 20;

/** The name of a secret: what a definition, a log or an error may say of it. */
export const secretNameSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/,
    'must be 1 to 100 of letters, digits, _, . and -, and start with a letter',
  );

/** The secrets that the tasks of a step may ask for. */
export const stepSecretsSchema = z.array(secretNameSchema).min(1).max(MOST_OF_A_STEP);
