import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { EgressHost } from './egress-host.js';

const AGENT = { agentId: 'agent_1', poolId: 'pool-1', image: 'echo', config: DEFAULT_POOL_CONFIG };
const noGateway = { open: () => Promise.resolve(), close: () => Promise.resolve() };

describe('EgressHost', () => {
  let root: string;
  const server = createServer((_, response) => response.end('a text'));

  let hosts: EgressHost[];
  let outcomes: unknown[];

  beforeEach(async () => {
    hosts = [];
    outcomes = [];
    root = mkdtempSync(join(tmpdir(), 'af-egress-'));
    server.listen(join(root, 'texts.sock'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const host of hosts) await host.stop();
    server.close();
    await once(server, 'close');
    rmSync(root, { recursive: true, force: true });
  });

  const agent = () => ({ ...AGENT, directory: root });
  function host(socketPath = join(root, 'texts.sock')): EgressHost {
    const made = new EgressHost({
      ...{ gateway: noGateway, sockets: { texts: socketPath }, logger: silentLogger },
      ...{ permitted: ['localhost:*'], addresses: ['127.0.0.0/8', '::1/128'] },
      onOutcome: (poolId, outcome) => outcomes.push([poolId, outcome]),
    });
    hosts.push(made);
    return made;
  }

  it('lets an agent reach the service through its own directory, also when opened again', async () => {
    await host().open(agent());
    await host().open(agent());
    expect(await read(join(root, 'egress/texts.sock'))).toBe('a text');
  });

  it('leaves the service alone when the agent goes', async () => {
    const opened = host();
    await opened.open(agent());
    await opened.close('agent_1');
    await expect(read(join(root, 'egress/texts.sock'))).rejects.toThrow('ECONNREFUSED');
    expect(await read(join(root, 'texts.sock'))).toBe('a text');
  });

  it('leads to a service that made its socket anew', async () => {
    await host().open(agent());
    server.close();
    await once(server, 'close');
    server.listen(join(root, 'texts.sock'));
    await once(server, 'listening');
    expect(await read(join(root, 'egress/texts.sock'))).toBe('a text');
  });

  it('ends the connection of an agent whose service is away', async () => {
    await host().open(agent());
    server.close();
    await once(server, 'close');
    await expect(read(join(root, 'egress/texts.sock'))).rejects.toThrow();
    server.listen(join(root, 'texts.sock'));
  });

  it('gives an agent a proxy where its pool lists hosts, of those that are still permitted', async () => {
    const listing = {
      ...DEFAULT_POOL_CONFIG,
      network: 'egress',
      egress: ['localhost:1', 'api.example.com:443'],
    };
    await host().open({ ...agent(), poolId: 'pool-2', config: listing });
    const ask = (path: string) => read(join(root, 'egress/proxy.sock'), path);
    expect(await ask('http://localhost:1/')).toContain('localhost:1 cannot be reached');
    expect(await ask('http://localhost:2/')).toContain('localhost:2 is not among the hosts');
    expect(await ask('http://api.example.com:443/')).toContain('is not among the hosts');
    expect(outcomes).toEqual([
      ['pool-2', 'failed'],
      ['pool-2', 'denied'],
      ['pool-2', 'denied'],
    ]);
  });

  it('gives no proxy to other agents', async () => {
    await host().open(agent());
    await expect(read(join(root, 'egress/proxy.sock'), 'http://localhost:1/')).rejects.toThrow('ENOENT');
  });

  it('fails where the service is not there', async () => {
    await expect(host(join(root, 'absent.sock')).open(agent())).rejects.toThrow('ENOENT');
  });
});

async function read(socketPath: string, path = '/'): Promise<string> {
  const request = get({ socketPath, path, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return text(answer);
}
