#!/usr/bin/env node
/**
 * Makes the image of an agent from its source, without a registry:
 *
 *   node scripts/build-agent.mjs examples/shout/src/agent.ts shout:1
 *
 * The engine is that of AGENTAINER_DOCKER_SOCKET or DOCKER_HOST, else the machine's, else the private one of an
 * `agentainer up` that runs on AGENTAINER_DATA (~/.agentainer). The packages must have been compiled.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAgentImage, engineAnswers } from '../libs/embedded/dist/index.js';
import { bundleAgent } from './bundle-agent.mjs';

const [entry, name] = process.argv.slice(2);
if (!entry || !name) {
  console.error('usage: build-agent.mjs <agent.ts> <image name>');
  process.exit(2);
}
const { AGENTAINER_DOCKER_SOCKET, DOCKER_HOST, AGENTAINER_DATA } = process.env;
const given = AGENTAINER_DOCKER_SOCKET || DOCKER_HOST?.replace(/^unix:\/\//, '');
const dataDirectory = AGENTAINER_DATA || join(homedir(), '.agentainer');
const usual = ['/var/run/docker.sock', join(dataDirectory, 'engine', 'docker.sock')];

let socketPath;
for (const path of given ? [given] : usual) {
  if (!socketPath && (await engineAnswers(path))) socketPath = path;
}
if (!socketPath) {
  console.error('no container engine answers; does `agentainer up` run?');
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), 'agentainer-build-'));
try {
  const bundle = join(directory, 'agent.mjs');
  await bundleAgent(entry, bundle);
  const built = await buildAgentImage({ socketPath, name, bundle });
  console.log(built ? `built ${name}` : `${name} is there already`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
