import type { Logger } from '@agentainer/runtime';
import type { ErrorRequestHandler } from 'express';
import { problemOf } from './problem-of.js';

/** Tells every error as a problem; what is our own fault goes to the log too, and only there with its stack. */
export function fail(logger: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const { problem, headers } = problemOf(error);
    const route = response.locals.route as string | undefined;
    if (response.headersSent) {
      logger.debug({ err: error, method: request.method, route }, 'an answer was cut');
      response.destroy();
      return;
    }
    if (problem.code === 'INTERNAL')
      logger.error({ err: error, method: request.method, route }, 'a request failed');
    else if (problem.code === 'UNAVAILABLE')
      logger.warn({ err: error, method: request.method, route }, 'unavailable');
    response
      .status(problem.status)
      .set(headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  };
}
