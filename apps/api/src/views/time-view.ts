/** A moment of a record (0 is never) as the API tells it. */
export function timeView(ms: number): string | null {
  return ms > 0 ? new Date(ms).toISOString() : null;
}

/** A moment that every record of its kind has. */
export function momentView(ms: number): string {
  return new Date(ms).toISOString();
}

/** From one moment to another; null where one of them has not come. Clocks may differ, so it is never negative. */
export function spanView(from: number, to: number): number | null {
  return from > 0 && to > 0 ? Math.max(0, Math.round(to - from)) : null;
}
