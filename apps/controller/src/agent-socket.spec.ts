import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { closed, listenForAgent } from './agent-socket.js';

it('takes 64 connections for each task that the agent serves at once, and no more', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'af-socket-'));
  const server = createServer((socket) => socket.resume());
  await listenForAgent(server, { directory, config: { ...DEFAULT_POOL_CONFIG, agent_concurrency: 2 } }, 's');
  const open = async () => {
    const socket = connect(join(directory, 's'));
    await once(socket, 'connect');
    return socket;
  };
  const all: Socket[] = [];
  while (all.length < 128) all.push(await open());
  await once((await open()).resume(), 'close');
  expect(all.filter((socket) => socket.destroyed)).toEqual([]);
  for (const socket of all) socket.destroy();
  await closed(server);
  await rm(directory, { recursive: true });
});
