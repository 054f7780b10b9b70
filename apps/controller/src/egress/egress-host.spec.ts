import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { EgressHost } from './egress-host.js';

const AGENT = { agentId: 'agent_1', poolId: 'pool-1', image: 'echo', config: DEFAULT_POOL_CONFIG };
const noGateway = {
  open: () => Promise.resolve(),
  withoutSecrets: (_: string, text: string) => Promise.resolve(text),
  close: () => Promise.resolve(),
};

describe('EgressHost', () => {
  let root: string;
  const server = createServer((_, response) => response.end('a text'));

  let hosts: EgressHost[];
  let outcomes: unknown[];
  /** In the place of a port of a container. */
  let listenInside: (agentId: string, port: number) => Promise<Server>;

  beforeEach(async () => {
    hosts = [];
    outcomes = [];
    listenInside = () => Promise.reject(new Error('nothing is opened inside of this agent'));
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
      listenInside: (agentId, port) => listenInside(agentId, port),
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

  describe('of a pool of commands that lists hosts', () => {
    const config = {
      ...{ ...DEFAULT_POOL_CONFIG, protocol: 'exec' as const },
      ...{ network: 'egress', egress: ['localhost:1'] },
    };
    const command = () => ({ ...agent(), config });
    const opened: number[] = [];
    let inside: Server;
    let port: number;
    beforeEach(async () => {
      opened.length = 0;
      inside = createTcpServer().listen(0, '127.0.0.1');
      await once(inside, 'listening');
      ({ port } = inside.address() as AddressInfo);
      listenInside = (_, at) => {
        opened.push(at);
        return Promise.resolve(inside);
      };
    });
    afterEach(() => inside.close());
    const ask = async () => {
      const request = get({ port, path: 'http://localhost:2/', agent: false });
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      return text(answer);
    };

    it('opens the proxy inside of the container once that runs, and only once, until the agent goes', async () => {
      const made = host();
      await made.open(command());
      expect(opened).toEqual([]);
      await made.open(command(), true);
      await made.open(command(), true);
      expect(opened).toEqual([3128]);
      expect(await ask()).toContain('localhost:2 is not among the hosts');
      await expect(read(join(root, 'egress/proxy.sock'))).rejects.toThrow('ENOENT');
      await made.close('agent_1');
      await expect(ask()).rejects.toThrow('ECONNREFUSED');
    });

    it('leaves nothing open of an agent that ended meanwhile', async () => {
      const made = host();
      await made.open(command());
      listenInside = async () => {
        await made.close('agent_1');
        return inside;
      };
      await made.open(command(), true);
      await expect(ask()).rejects.toThrow('ECONNREFUSED');
    });

    it('fails where it cannot be opened, and tries again when asked again', async () => {
      const made = host();
      const open = listenInside;
      listenInside = () => Promise.reject(new Error('not allowed'));
      await expect(made.open(command(), true)).rejects.toThrow('not allowed');
      listenInside = open;
      await made.open(command(), true);
      expect(opened).toEqual([3128]);
    });
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
