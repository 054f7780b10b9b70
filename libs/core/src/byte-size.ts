import { z } from 'zod';

const UNITS = { B: 1, KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3, TiB: 1_024 ** 4 } as const;
const SIZE = /^(\d{1,15}(?:\.\d{1,6})?)(B|KiB|MiB|GiB|TiB)$/;
const HELP = 'must be a size such as "512MiB" or "2GiB", or a number of bytes';

/** Bytes of a size: `"512MiB"`, `"1.5GiB"`, or a number of bytes. Undefined for anything else. */
export function parseBytes(value: string | number): number | undefined {
  const bytes = typeof value === 'number' ? value : parseText(value);
  return bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** A size in the largest unit that it is a whole number of: `512MiB`, `1536KiB`. */
export function formatBytes(bytes: number): string {
  const [unit, size] = Object.entries(UNITS)
    .reverse()
    .find(([, size]) => bytes % size === 0 && bytes >= size) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}

/** A size; parsed to bytes. */
export function byteSizeSchema(min: number, max: number) {
  const range = `must be from ${formatBytes(min)} to ${formatBytes(max)}`;
  return z
    .union([z.string(), z.number()], { error: HELP })
    .transform((value, ctx) => {
      const bytes = parseBytes(value);
      if (bytes !== undefined) return bytes;
      ctx.addIssue({ code: 'custom', message: HELP });
      return z.NEVER;
    })
    .refine((bytes) => bytes >= min && bytes <= max, range);
}

function parseText(text: string): number | undefined {
  const [, number, unit] = SIZE.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * UNITS[unit as keyof typeof UNITS]);
}
