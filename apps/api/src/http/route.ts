import { parse } from '@agentainer/core';
import { noQuerySchema, type Scope } from '@agentainer/contracts';
import { withDeadline } from '@agentainer/runtime';
import type { NextFunction, Request, Response } from 'express';
import type { z } from 'zod';
import { type Answer, sendAnswer } from './answer.js';
import type { BodyReader } from './body.js';
import { queryOf } from './query.js';

/** How long a handler may take until its answer begins, in milliseconds. */
const ANSWER_DEADLINE_MS = 10_000;

/** One row of the table of routes. HEAD is answered as GET. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A path of express; everything below it too where `subtree` is set. */
  path: string;
  subtree?: true;
  /** What the caller's key must be allowed; `open` needs no key at all. */
  scope: Scope | 'open';
  handle(exchange: Exchange): Promise<void>;
}

/** A request that may be answered: its caller has the scope. */
export interface Exchange {
  request: Request;
  response: Response;
  next: NextFunction;
  /** The body is read only when it is asked for, so that nobody can make the server read what they may not send. */
  readBody: BodyReader;
}

/** What a JSON route gets: all of it checked. */
export interface Call<Q, B> {
  /** A parameter of the path, decoded. */
  param(name: string): string;
  query: Q;
  body: B;
}

interface JsonRoute<Q extends z.ZodType, B extends z.ZodType> extends Omit<Route, 'handle'> {
  query?: Q;
  /** A route without it reads no body. */
  body?: B;
  answer(call: Call<z.output<Q>, z.output<B>>): Promise<Answer> | Answer;
}

/** A route that takes and answers JSON. */
export function jsonRoute<Q extends z.ZodType = typeof noQuerySchema, B extends z.ZodType = z.ZodUndefined>(
  route: JsonRoute<Q, B>,
): Route {
  const { query, body, answer, ...row } = route;
  return {
    ...row,
    handle: async ({ request, response, readBody }) => {
      const call: Call<unknown, unknown> = {
        param: (name) => String(request.params[name]),
        query: parse(query ?? noQuerySchema, queryOf(request)),
        body: body && parse(body, await readBody(request, response)),
      };
      const pending = answer(call as Call<z.output<Q>, z.output<B>>);
      await sendAnswer(
        response,
        await withDeadline('the answer', ANSWER_DEADLINE_MS, Promise.resolve(pending)),
      );
    },
  };
}
