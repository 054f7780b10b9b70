import { z } from 'zod';

export const scopeSchema = z.enum(['read', 'write', 'admin']);
/** What an API key may do; `admin` includes `write`, `write` includes `read`. */
export type Scope = z.output<typeof scopeSchema>;
