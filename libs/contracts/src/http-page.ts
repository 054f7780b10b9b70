import { z } from 'zod';

/** One page of a list. `next_cursor` leads to the next page; null at the end. A page may hold fewer items than asked for. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
export interface PageBody<T> {
  items: T[];
  next_cursor: string | null;
}

/** A whole number in a query string. */
export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((n) => n >= min && n <= max, message);
};

/** `?limit=&cursor=` of every list. */
export const pageQuery = (defaultLimit: number, maxLimit: number) => ({
  limit: wholeNumber(1, maxLimit).default(defaultLimit),
  cursor: z.string().min(1).max(512).optional(),
});

export const noQuerySchema = z.strictObject({});

/** `?run=`, with which the `/workflows/{id}/…` forms speak of another run than the latest. */
export const runQuery = { run: z.string().max(64).optional() };
export const runQuerySchema = z.strictObject(runQuery);

export const eventsQuerySchema = z.strictObject({
  limit: wholeNumber(1, 1_000).default(100),
  /** The id of the last event that was seen. */
  cursor: wholeNumber(0, 1e15 - 1).default(0),
});
