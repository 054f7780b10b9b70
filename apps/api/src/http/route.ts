import { type IdKind, parse } from '@agentainer/core';
import { noQuerySchema, type Scope } from '@agentainer/contracts';
import { withDeadline } from '@agentainer/runtime';
import type { NextFunction, Request, Response } from 'express';
import type { z } from 'zod';
import { type Answer, sendAnswer } from './answer.js';
import type { BodyReader } from './body.js';
import type { Caller } from './authenticate.js';
import { ANSWER_DEADLINE_MS } from './deadline.js';
import { type CreatedAnswer, createOnce, type IdempotencyKeys } from './idempotency.js';
import { queryOf } from './query.js';

/** One row of the table of routes. HEAD is answered as GET. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A path of express; everything below it too where `subtree` is set. */
  path: string;
  subtree?: true;
  /** What the caller's key must be allowed; `open` needs no key at all. */
  scope: Scope | 'open';
  /** What a route makes: with an `Idempotency-Key` it makes it once. */
  creates?: IdKind;
  /** Of an open route with parameters: the spellings of its path that need no key. */
  openPath?: RegExp;
  handle(exchange: Exchange): Promise<void>;
}

/** A request that may be answered: its caller has the scope. */
export interface Exchange {
  request: Request;
  response: Response;
  next: NextFunction;
  /** The body is read only when it is asked for, so that nobody can make the server read what they may not send. */
  readBody: BodyReader;
  idempotency: IdempotencyKeys;
}

/** What a JSON route gets: all of it checked. */
export interface Call<Q, B> {
  /** A parameter of the path, decoded. */
  param(name: string): string;
  query: Q;
  body: B;
}

interface JsonRoute<Q extends z.ZodType, B extends z.ZodType> extends Omit<Route, 'handle' | 'creates'> {
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
    handle: async (exchange) => {
      const call = await readCall(exchange, query, body);
      const pending = answer(call as Call<z.output<Q>, z.output<B>>);
      await sendAnswer(
        exchange.response,
        await withDeadline('the answer', ANSWER_DEADLINE_MS, Promise.resolve(pending)),
      );
    },
  };
}

/** What a route that makes something gets besides: the id of what it makes. */
export interface CreateCall<Q, B> extends Call<Q, B> {
  newId: string;
}

interface CreateRoute<Q extends z.ZodType, B extends z.ZodType> extends Omit<
  JsonRoute<Q, B>,
  'answer' | 'scope'
> {
  scope: Scope;
  creates: IdKind;
  /** Called again with the same `newId` it must make nothing more. */
  answer(call: CreateCall<z.output<Q>, z.output<B>>): Promise<CreatedAnswer>;
}

/** A JSON route that makes something new. With the header `Idempotency-Key` it makes it once, however often it is asked. */
export function createRoute<Q extends z.ZodType = typeof noQuerySchema, B extends z.ZodType = z.ZodUndefined>(
  route: CreateRoute<Q, B>,
): Route {
  const { query, body, answer, ...row } = route;
  return {
    ...row,
    handle: async (exchange) => {
      const { request, response, idempotency } = exchange;
      const call = (await readCall(exchange, query, body)) as Call<z.output<Q>, z.output<B>>;
      const created = await createOnce(idempotency, {
        client: (response.locals.caller as Caller).id,
        key: request.get('idempotency-key'),
        method: request.method,
        path: request.originalUrl,
        body: call.body,
        creates: row.creates,
        make: (newId) => answer({ ...call, newId }),
      });
      await sendAnswer(response, created);
    },
  };
}

async function readCall(
  { request, response, readBody }: Exchange,
  query: z.ZodType | undefined,
  body: z.ZodType | undefined,
): Promise<Call<unknown, unknown>> {
  return {
    param: (name) => String(request.params[name]),
    query: parse(query ?? noQuerySchema, queryOf(request)),
    body: body && parse(body, await readBody(request, response)),
  };
}
