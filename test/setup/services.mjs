import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAgent } from '../../scripts/bundle-agent.mjs';

/** What the tests of one run of jest share; set up when the first project asks for it, ended together. */
const quiet = { warn: console.warn, error: console.error };
const image = 'agentainer-test/fake-agent:latest';
const APT = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
const SIGNALS = ['SIGINT', 'SIGTERM'];
const services = { started: [] };

async function embedded() {
  return import('../../libs/embedded/dist/index.js').catch((error) => {
    throw new Error('the packages are not built: run `npm run build` first', { cause: error });
  });
}

/**
 * A directory for this run of jest, and all temporary files of its tests. It goes when jest ends, also where that
 * is by Ctrl-C.
 */
function directory() {
  if (!services.directory) {
    services.directory = mkdtempSync(join(tmpdir(), 'af-test-'));
    process.env.TMPDIR = services.directory;
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  return services.directory;
}

/** Jest itself would just end. */
function onSignal() {
  void stopServices().finally(() => process.exit(130));
}

/** A private Redis; tests find it in AGENTAINER_TEST_REDIS. */
export function useRedis() {
  services.redis ??= (async () => {
    const { EmbeddedRedis } = await embedded();
    const redis = new EmbeddedRedis({ directory: directory(), logger: quiet });
    services.started.push(redis);
    await redis.start();
    process.env.AGENTAINER_TEST_REDIS = redis.url;
  })();
  return services.redis;
}

/**
 * A container engine, private where this user may start one, with the image of the fake agent: tests find them in
 * AGENTAINER_TEST_DOCKER_SOCKET and AGENTAINER_TEST_AGENT_IMAGE. A root user without an engine is an error, so
 * that no machine that could run these tests passes without them.
 */
export function useEngine() {
  services.engine ??= (async () => {
    const { ContainerEngine, buildAgentImage } = await embedded();
    const isRoot = process.getuid() === 0;
    if (isRoot) installRegistry();
    const engine = new ContainerEngine({
      directory: directory(),
      logger: quiet,
      alwaysPrivate: isRoot,
      dockerHost: process.env.DOCKER_HOST,
    });
    services.started.push(engine);
    await engine.start();
    const { answer } = engine;
    if (answer.kind === 'none') {
      if (isRoot) throw new Error(`no container engine: ${answer.reason}`);
      console.warn(`tests with containers cannot run: ${answer.reason}`);
      return;
    }
    const bundle = join(directory(), 'fake-agent.mjs');
    await bundleAgent('libs/testing/src/fake-agent.ts', bundle);
    await buildAgentImage({ socketPath: answer.socketPath, name: image, bundle });
    process.env.AGENTAINER_TEST_DOCKER_SOCKET = answer.socketPath;
    process.env.AGENTAINER_TEST_AGENT_IMAGE = image;
  })();
  return services.engine;
}

/** A registry, for tests of pulls. Where it cannot be had, those fail and no others. */
function installRegistry() {
  if (existsSync('/usr/bin/docker-registry')) return;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: 'ignore', timeout: 240_000, env: environment };
  try {
    execFileSync('apt-get', ['update', ...APT], options);
    execFileSync('apt-get', ['install', '-y', ...APT, 'docker-registry'], options);
  } catch (error) {
    console.warn(`docker-registry could not be installed: ${error.message}`);
  }
}

let stopping;

/** Ends everything that was started. Each project of jest calls it; the first call does it. */
export function stopServices() {
  stopping ??= stopAll();
  return stopping;
}

async function stopAll() {
  const { started, directory: made } = services;
  for (const service of started.splice(0).reverse()) await service.stop();
  if (made) rmSync(made, { recursive: true, force: true });
  for (const signal of SIGNALS) process.off(signal, onSignal);
  Object.assign(services, { directory: undefined, redis: undefined, engine: undefined });
  stopping = undefined;
}
