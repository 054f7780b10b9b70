import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeToAgent, openToAgent } from './agent-directory.js';

const isRoot = process.getuid?.() === 0;

describe('the directory of an agent', () => {
  let directory: string;
  const modeOf = () => statSync(directory).mode & 0o7777;

  beforeEach(async () => {
    directory = join(mkdtempSync(join(tmpdir(), 'af-agent-')), 'agent_1');
    await openToAgent(directory);
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

  it('is open while the agent makes its socket, and closed from then on', async () => {
    expect(modeOf()).toBe(0o1777);
    const server = createServer().listen(join(directory, 'agent.sock'));
    await once(server, 'listening');
    mkdirSync(join(directory, 'egress'));
    if (isRoot) chownSync(join(directory, 'agent.sock'), 65_534, 65_534);
    const closed = closeToAgent(directory);
    // Only root can be somebody else here.
    if (isRoot) await closed;
    else await expect(closed).rejects.toThrow('must name another USER');
    expect(modeOf()).toBe(0o755);
    server.close();
  });

  it('is of nobody who could open it again: not of root, nor of the user of its host', async () => {
    const server = createServer().listen(join(directory, 'agent.sock'));
    await once(server, 'listening');
    await expect(closeToAgent(directory)).rejects.toThrow('must name another USER');
    server.close();
  });

  it('may have no link in it, which would lead out of it', async () => {
    symlinkSync('/var/run/docker.sock', join(directory, 'agent.sock'));
    await expect(closeToAgent(directory)).rejects.toThrow('left "agent.sock"');
    expect(modeOf()).toBe(0o755);
  });

  (isRoot ? it : it.skip)('may have no file of the agent in it', async () => {
    writeFileSync(join(directory, 'data'), '');
    chownSync(join(directory, 'data'), 65_534, 65_534);
    await expect(closeToAgent(directory)).rejects.toThrow('left "data"');
  });
});
