import { z } from 'zod';
import { parseDuration } from './duration.js';

const DURATION_HELP =
  'must be a duration such as "30s", "5m" or "1h30m", or a number of seconds, at most 365d';

/** A duration; parsed to milliseconds. */
export const durationSchema = z
  .union([z.string(), z.number()], { error: DURATION_HELP })
  .transform((value, ctx) => {
    const ms = parseDuration(value);
    if (ms !== undefined) return ms;
    ctx.addIssue({ code: 'custom', message: DURATION_HELP });
    return z.NEVER;
  });
