#!/usr/bin/env node
/**
 * Makes the image of an agent from its source, without a registry:
 *
 *   node scripts/build-agent.mjs examples/shout/src/agent.ts shout:1
 *   node scripts/build-agent.mjs examples/word-count-python/agent.py word-count-python:1
 *
 * The image is based on this machine's own Node or Python, or on the image that `--base` names, which the engine has or
 * can pull. The engine is that of AGENTAINER_DOCKER_SOCKET or DOCKER_HOST, else the machine's, else the private one of an
 * `agentainer up` that runs on AGENTAINER_DATA (~/.agentainer). The packages must have been compiled.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAgentImage, buildPythonAgentImage, engineAnswers } from '../libs/embedded/dist/index.js';
import { bundleAgent } from './bundle-agent.mjs';

const SOURCES = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.py'];

function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { base: { type: 'string' } },
    });
    const [entry = '', name, ...more] = positionals;
    if (SOURCES.includes(extname(entry)) && name && more.length === 0) return { entry, name, ...values };
  } catch {
    // It is said below what is right.
  }
  console.error('usage: build-agent.mjs [--base <image>] <agent.ts, .js or .py> <image name>');
  process.exit(2);
}

async function findEngine() {
  const { AGENTAINER_DOCKER_SOCKET, DOCKER_HOST, AGENTAINER_DATA } = process.env;
  const given = AGENTAINER_DOCKER_SOCKET || DOCKER_HOST?.replace(/^unix:\/\//, '');
  const dataDirectory = AGENTAINER_DATA || join(homedir(), '.agentainer');
  const usual = ['/var/run/docker.sock', join(dataDirectory, 'engine', 'docker.sock')];
  for (const path of given ? [given] : usual) if (await engineAnswers(path)) return path;
  throw new Error('no container engine answers; does `agentainer up` run?');
}

async function buildFromNode({ entry, ...order }) {
  const directory = mkdtempSync(join(tmpdir(), 'agentainer-build-'));
  try {
    const bundle = join(directory, 'agent.mjs');
    await bundleAgent(entry, bundle);
    return await buildAgentImage({ ...order, bundle });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const { entry, ...named } = readArguments();
try {
  const order = { ...named, socketPath: await findEngine() };
  const built =
    extname(entry) === '.py'
      ? await buildPythonAgentImage({ ...order, program: entry })
      : await buildFromNode({ ...order, entry });
  console.log(built ? `built ${order.name}` : `${order.name} is there already`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
