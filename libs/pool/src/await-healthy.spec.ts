import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitHealthy } from './await-healthy.js';

let directory: string;
let server: Server;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-healthy-'));
  server = createServer();
});
afterEach(async () => {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const listen = (listener: RequestListener) =>
  new Promise<void>((resolve) => {
    server.on('request', listener).listen(join(directory, 'agent.sock'), resolve);
  });
const waiting = (deadlineMs: number, signal = new AbortController().signal) =>
  awaitHealthy(directory, { deadlineMs, signal });

describe('waiting for an agent to be healthy', () => {
  it('ends when the socket is there and answers', async () => {
    const healthy = waiting(5_000);
    await listen((_, response) => response.end('{}'));
    await healthy;
  });

  it('goes on while the agent answers that it is not', async () => {
    let asked = 0;
    await listen((_, response) => response.writeHead(++asked < 3 ? 503 : 200).end());
    await waiting(5_000);
    expect(asked).toBe(3);
  });

  it('ends at its deadline where there is no socket', async () => {
    await expect(waiting(60)).rejects.toMatchObject({ name: 'AgentStartError', code: 'AGENT_START_FAILED' });
  });

  it('ends at its deadline where the agent takes the connection and says nothing', async () => {
    await listen(() => undefined);
    await expect(waiting(60)).rejects.toMatchObject({ code: 'AGENT_START_FAILED' });
  });

  it('ends at once with the reason of its signal', async () => {
    const abort = new AbortController();
    await listen(() => abort.abort(new Error('it ended')));
    await expect(waiting(60_000, abort.signal)).rejects.toThrow('it ended');
  });
});
