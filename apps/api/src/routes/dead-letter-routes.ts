import { listDeadLettersQuerySchema } from '@agentainer/contracts';
import { jsonRoute, type Route } from '../http/route.js';
import type { DeadLetterReader } from '../reading/dead-letter-reader.js';

/** Jobs that failed for good. */
export function deadLetterRoutes(letters: DeadLetterReader): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/dead-letters',
      scope: 'read',
      query: listDeadLettersQuerySchema,
      answer: async ({ query }) => ({ body: await letters.list(query) }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/dead-letters/:id',
      scope: 'read',
      answer: async ({ param }) => ({ body: await letters.byId(param('id')) }),
    }),
  ];
}
