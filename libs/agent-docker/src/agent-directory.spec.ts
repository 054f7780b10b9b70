import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeToAgent, openToAgent } from './agent-directory.js';

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
    await closeToAgent(directory);
    expect(modeOf()).toBe(0o755);
    server.close();
  });

  it('may have no link in it, which would lead out of it', async () => {
    symlinkSync('/var/run/docker.sock', join(directory, 'agent.sock'));
    await expect(closeToAgent(directory)).rejects.toThrow('left "agent.sock"');
    expect(modeOf()).toBe(0o755);
  });

  (process.getuid?.() === 0 ? it : it.skip)('may have no file of the agent in it', async () => {
    writeFileSync(join(directory, 'data'), '');
    chownSync(join(directory, 'data'), 65_534, 65_534);
    await expect(closeToAgent(directory)).rejects.toThrow('left "data"');
  });
});
