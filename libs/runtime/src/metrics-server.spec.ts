import { Gauge, Registry } from 'prom-client';
import { MetricsServer } from './metrics-server.js';

let registry: Registry;
let server: MetricsServer;
let fault: string | undefined;
beforeEach(async () => {
  registry = new Registry();
  fault = undefined;
  server = new MetricsServer({ port: 0, registry, fault: () => fault });
  await server.start();
});
afterEach(() => server.stop());

const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });

it('says that the process lives', async () => {
  const answer = await get('/livez');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ status: 'ok' });
});

it('says whether the process is ready for work, and why it is not', async () => {
  expect((await get('/readyz')).status).toBe(200);
  fault = 'Redis is away';
  const answer = await get('/readyz');
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ status: 'unavailable', reason: 'Redis is away' });
  expect((await get('/livez')).status).toBe(200);
});

it('serves the metrics of the registry', async () => {
  new Gauge({ name: 'agents', help: 'h', registers: [registry] }).set(7);
  const answer = await get('/metrics');
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('agents 7');
});

it('answers nothing else', async () => {
  expect((await get('/')).status).toBe(404);
  expect((await get('/metrics', 'POST')).status).toBe(405);
});

it('says so where a metric cannot be read', async () => {
  new Gauge({
    name: 'agents',
    help: 'h',
    registers: [registry],
    collect: () => {
      throw new Error('gone');
    },
  });
  expect((await get('/metrics')).status).toBe(500);
});

it('reports a port that is taken, and may be stopped twice', async () => {
  const second = new MetricsServer({ port: server.port, registry });
  await expect(second.start()).rejects.toThrow('EADDRINUSE');
  await second.stop();
  await server.stop();
});
