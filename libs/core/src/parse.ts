import type { z } from 'zod';
import { type Fault, InvalidInputError } from './errors.js';
import { isTooDeep, MAX_JSON_DEPTH } from './json.js';

/** `input` as the schema gives it. @throws {InvalidInputError} with every fault and its place. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  if (isTooDeep(input)) {
    throw new InvalidInputError([
      { path: '', message: `must not nest deeper than ${MAX_JSON_DEPTH} levels` },
    ]);
  }
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(faultsOf(parsed.error));
  return parsed.data;
}

/** All the faults that zod found, each with its place. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: 'is not a known field' }))
      : [{ path: formatPath(issue.path), message: issue.message }],
  );
}

/** `['steps', 2, 'timeout']` as `steps[2].timeout`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text ? `${text}.${String(part)}` : String(part);
  }, '');
}
