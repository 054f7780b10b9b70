import { Histogram, type Registry } from '@agentainer/runtime';
import type { RequestHandler } from 'express';

/** Seconds from 1 ms to 10 s. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times every request, by the pattern of its route: paths hold ids, and would make a series each. */
export function measure(metrics: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [metrics],
  });
  return (request, response, next) => {
    const stop = duration.startTimer();
    response.once('close', () => {
      const route = (response.locals.route as string | undefined) ?? 'unmatched';
      stop({
        method: METHODS.has(request.method) ? request.method : 'other',
        route,
        status: response.statusCode,
      });
    });
    next();
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
