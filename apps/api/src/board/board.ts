import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Logger } from '@agentainer/runtime';
import type { Express } from 'express';
import { BROWSER_PATH } from '../http/credentials.js';
import type { Route } from '../http/route.js';

/** A queue, as the board takes it. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

type BoardServer = Parameters<typeof createBullBoard>[0]['serverAdapter'];

/** The page loads only what this server gives it; the fonts that it would fetch from elsewhere stay away. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Bull Board, read-only: it is offered with GET alone, and each queue refuses changes besides. */
export function boardRoute(queues: () => Promise<BoardQueue[]>, logger: Logger): Route {
  const server = new ExpressAdapter();
  server.setBasePath(BROWSER_PATH);
  const options = { uiConfig: { boardTitle: 'Agentainer Flow' } };
  // The adapter brings its own copy of the types, which is the same but for private fields.
  const serverAdapter = server as unknown as BoardServer;
  const board = createBullBoard({ queues: [], serverAdapter, options });
  server.setErrorHandler((error) => {
    logger.warn({ err: error }, 'the board failed');
    return { status: 500, body: { error: 'the board could not answer' } };
  });
  const page = server.getRouter() as Express;
  page.disable('x-powered-by');
  const adapterOf = keptAdapters();
  return {
    method: 'GET',
    path: BROWSER_PATH,
    subtree: true,
    scope: 'admin',
    handle: async ({ request, response, next }) => {
      board.replaceQueues((await queues()).map(adapterOf));
      response.set('Content-Security-Policy', PAGE_POLICY);
      page(request, response, next);
    },
  };
}

/** One adapter for each queue, as long as the queue is there. */
function keptAdapters(): (queue: BoardQueue) => BullMQAdapter {
  const adapters = new WeakMap<BoardQueue, BullMQAdapter>();
  return (queue) => {
    const adapter = adapters.get(queue) ?? new BullMQAdapter(queue, { readOnlyMode: true });
    adapters.set(queue, adapter);
    return adapter;
  };
}
