const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;

/** The longest duration that a definition may name: one year, in milliseconds. */
export const MAX_DURATION_MS = 365 * UNIT_MS.d;

/**
 * Milliseconds of a duration: `"250ms"`, `"30s"`, `"5m"`, `"1h30m"`, `"2d"`, or a number of seconds.
 * Undefined for anything else, for nothing and for more than {@link MAX_DURATION_MS}.
 */
export function parseDuration(value: string | number): number | undefined {
  const ms = typeof value === 'number' ? Math.round(value * 1_000) : parseText(value);
  return ms !== undefined && Number.isFinite(ms) && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

function parseText(text: string): number | undefined {
  if (text.length === 0 || text.length > 40) return undefined;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (!match) return undefined;
    total += Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  }
  return Math.round(total);
}

/** A duration for people: `812ms`, `4.2s`, `1m05s`, `2h03m`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
