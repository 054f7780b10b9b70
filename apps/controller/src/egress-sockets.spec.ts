import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { EgressHost, parseEgressSockets } from './egress-sockets.js';

const AGENT = { agentId: 'agent_1', poolId: 'pool-1', image: 'echo', config: DEFAULT_POOL_CONFIG };
const noGateway = { open: () => Promise.resolve(), close: () => Promise.resolve() };

describe('EgressHost', () => {
  let root: string;
  const server = createServer((_, response) => response.end('a text'));

  let hosts: EgressHost[];

  beforeEach(async () => {
    hosts = [];
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
    const made = new EgressHost(noGateway, { texts: socketPath });
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

  it('fails where the service is not there', async () => {
    await expect(host(join(root, 'absent.sock')).open(agent())).rejects.toThrow('ENOENT');
  });
});

describe('parseEgressSockets', () => {
  it.each([
    ['texts=/run/a.sock', { texts: '/run/a.sock' }],
    ['a=/x, b=/y', { a: '/x', b: '/y' }],
  ])('reads %s', (text, sockets) => {
    expect(parseEgressSockets(text)).toEqual(sockets);
  });

  it.each(['', 'texts', 'texts=', 'texts=relative', '../x=/run/a.sock', 'a=/x,,b=/y'])(
    'refuses "%s"',
    (text) => {
      expect(parseEgressSockets(text)).toBeUndefined();
    },
  );
});

async function read(socketPath: string): Promise<string> {
  const request = get({ socketPath, path: '/', agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return text(answer);
}
