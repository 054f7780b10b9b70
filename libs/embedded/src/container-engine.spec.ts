import { silentLogger } from '@agentainer/runtime';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerEngine } from './container-engine.js';
import { engineAnswers, engineRequest } from './engine-request.js';
import { EngineRequestError } from './errors.js';

let directory: string;
let server: Server;
const socketPath = () => join(directory, 'docker.sock');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'af-found-'));
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener).listen(socketPath());
  await once(server, 'listening');
}

describe('ContainerEngine', () => {
  it('uses an engine that answers, and starts none', async () => {
    await serve((_, response) => response.end('OK'));
    const engine = new ContainerEngine({
      directory,
      logger: silentLogger,
      dockerHost: `unix://${socketPath()}`,
    });
    await engine.start();
    expect(engine.answer).toEqual({ kind: 'found', socketPath: socketPath() });
    await engine.stop();
    expect(readdirSync(directory)).toEqual(['docker.sock']);
    expect(await engineAnswers(socketPath())).toBe(true);
  });
});

describe('engineRequest', () => {
  const inspect = () =>
    engineRequest({ socketPath: socketPath(), method: 'GET', path: '/x', timeoutMs: 200 });

  it('says what the engine refused', async () => {
    await serve((_, response) => response.writeHead(404).end('no such image'));
    await expect(inspect()).rejects.toThrow('GET /x: 404 no such image');
  });

  it('does not wait longer than its deadline', async () => {
    await serve(() => undefined);
    await expect(inspect()).rejects.toThrow(EngineRequestError);
    expect(await engineAnswers(join(directory, 'absent.sock'))).toBe(false);
  });
});
