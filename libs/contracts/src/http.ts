import { z } from 'zod';

export const scopeSchema = z.enum(['read', 'write', 'admin']);
/** What an API key may do; `admin` includes `write`, `write` includes `read`. */
export type Scope = z.output<typeof scopeSchema>;

/** Whether one of the scopes held includes the one needed. */
export function allowsScope(held: readonly Scope[], needed: Scope): boolean {
  const rank = (scope: Scope) => scopeSchema.options.indexOf(scope);
  return held.some((scope) => rank(scope) >= rank(needed));
}
