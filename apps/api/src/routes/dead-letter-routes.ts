import { listDeadLettersQuerySchema, type RedriveAnswer, redriveRequestSchema } from '@agentainer/contracts';
import type { Redrive, RefusedRedrive } from '@agentainer/engine';
import { z } from 'zod';
import { createRoute, jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { Cursor } from '../reading/cursor.js';
import type { DeadLetterReader } from '../reading/dead-letter-reader.js';

const LEFT = new Cursor('redrive', z.string().max(200));

/** Jobs that failed for good. */
export function deadLetterRoutes({ redriver }: Parts, letters: DeadLetterReader): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/dead-letters',
      scope: 'read',
      query: listDeadLettersQuerySchema,
      answer: async ({ query }) => ({ body: await letters.list(query) }),
    }),
    createRoute({
      method: 'POST',
      path: '/dead-letters/redrive',
      scope: 'write',
      // The runs that redrive others are named in the records of those, and say which request made them: one that is
      // repeated finds what it made, and makes none twice.
      creates: 'run',
      body: redriveRequestSchema,
      answer: async ({ body: { ids, cursor, all: _, ...filter }, newId }) => ({
        body: ids
          ? answer(await redriver.byIds(ids, newId))
          : answer(await redriver.matching(filter, newId, LEFT.read(cursor))),
      }),
    }),
    jsonRoute({
      method: 'GET',
      path: '/dead-letters/:id',
      scope: 'read',
      answer: async ({ param }) => ({ body: await letters.byId(param('id')) }),
    }),
  ];
}

function answer({ redriven, refused = [], next }: Answer): RedriveAnswer {
  return {
    runs: redriven.map(({ runId, of, letters }) => ({ run_id: runId, rerun_of: of, jobs: letters })),
    refused: refused.map(({ id, reason, ...why }) => {
      return { id, reason, redriven_by: 'by' in why ? why.by : null };
    }),
    next_cursor: next === undefined ? null : LEFT.write(next),
  };
}

interface Answer {
  redriven: Redrive[];
  refused?: RefusedRedrive[];
  next?: string;
}
