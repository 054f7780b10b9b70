#!/usr/bin/env node
/**
 * Counts the words of this machine's own texts by a map-reduce over warm agents:
 *
 *   npm run demo             runs, prints what came out, and stops everything it started
 *   npm run demo -- --stay   goes on until Ctrl-C, to look at it in the browser
 *
 * Ends with 1 where the result differs from a plain count.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentainerClient } from '@agentainer/sdk';
import { readDockerHost } from './config.js';
import { demonstrate } from './demo/demonstration.js';
import { Instance } from './demo/instance.js';
import { reportOf } from './demo/report.js';

const stays = process.argv.includes('--stay');
const say = (line: string) => console.log(line);
const interrupt = new AbortController();
const { signal } = interrupt;

const directory = mkdtempSync(join(tmpdir(), 'agentainer-demo-'));
const instance = new Instance({ directory, dockerHost: readDockerHost(), say });
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interrupt.abort();
    void instance.stop().catch(() => undefined);
  });
}

async function main(): Promise<number> {
  await instance.start();
  signal.throwIfAborted();
  const { url, key } = instance.credentials()!;
  say(`Bull Board: ${url}/queues (any name, password ${key})`);
  const client = new AgentainerClient({ url, key });
  const { texts, metricsUrls, workers } = instance;
  const outcome = await demonstrate({ client, texts, metricsUrls, say, signal });
  for (const line of reportOf(outcome, workers)) say(line);
  if (stays) {
    say(`Runs on at ${url} until Ctrl-C`);
    await once(signal, 'abort');
  }
  return outcome.isRight && outcome.stateCount === texts.length ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!signal.aborted) console.error(error);
  process.exitCode = signal.aborted ? 130 : 1;
} finally {
  await instance.stop();
  rmSync(directory, { recursive: true, force: true });
}
