import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EgressHost, parseEgressSockets } from './egress-sockets.js';

const noGateway = { open: () => Promise.resolve(), close: () => Promise.resolve() };

describe('EgressHost', () => {
  let root: string;
  const server = createServer((_, response) => response.end('a text'));

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'af-egress-'));
    server.listen(join(root, 'texts.sock'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await once(server, 'close');
    rmSync(root, { recursive: true, force: true });
  });

  const host = () => new EgressHost(noGateway, { texts: join(root, 'texts.sock') });

  it('lets an agent reach the service through its own directory, also when opened again', async () => {
    await host().open('agent_1', root);
    await host().open('agent_1', root);
    expect(await read(join(root, 'egress/texts.sock'))).toBe('a text');
  });

  it('leaves the service alone when the agent goes', async () => {
    await host().open('agent_1', root);
    rmSync(join(root, 'egress'), { recursive: true });
    expect(await read(join(root, 'texts.sock'))).toBe('a text');
  });

  it('fails where the service is not there', async () => {
    const absent = new EgressHost(noGateway, { texts: join(root, 'absent.sock') });
    await expect(absent.open('agent_1', root)).rejects.toThrow('ENOENT');
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
