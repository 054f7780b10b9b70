import { z } from 'zod';

const HELP = 'must be a number of tasks such as 3, or a share of them such as "20%"';
const SHARE = /^(100|\d{1,2}(?:\.\d{1,3})?)%$/;

/** How many tasks of a map step may fail: a count, or a share such as `"20%"`. */
export const failureToleranceSchema = z.union([z.int().min(0).max(100_000), z.string().regex(SHARE, HELP)], {
  error: HELP,
});
export type FailureTolerance = z.output<typeof failureToleranceSchema>;

/** Whether so many failures of so many tasks are more than a step stands. Nothing is ever rounded up. */
export function exceedsTolerance(tolerance: FailureTolerance, failures: number, total: number): boolean {
  if (typeof tolerance === 'number') return failures > tolerance;
  return failures * 100 > Number(tolerance.slice(0, -1)) * total;
}
