import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@agentainer/runtime';
import { agentIsHealthy, callAgent } from '@agentainer/testing';
import { describeDriver } from '@agentainer/testing/driver.conformance';
import { ProcessDriver } from './process-driver.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describeDriver('process', () => {
  const home = mkdtempSync(join(tmpdir(), 'af-process-'));
  const program = join(home, 'fake-agent.mjs');
  const bundler = join(ROOT, 'scripts/bundle-agent.mjs');
  execFileSync(process.execPath, [bundler, join(ROOT, 'libs/testing/src/fake-agent.ts'), program]);
  const { execPath } = process;
  const images = {
    working: [execPath, program],
    ending: [execPath, '-e', 'console.error("no luck"); process.exit(3)'],
    silent: [execPath, '-e', 'setInterval(() => undefined, 1000)'],
    careless: [execPath, '-e', `delete process.env.AGENTAINER_SCRATCH; import(${JSON.stringify(program)})`],
  };
  const make = (instance: string, startDeadlineMs?: number) =>
    new ProcessDriver({
      images,
      instance,
      stateDirectory: join(home, 'state'),
      logger: silentLogger,
      startDeadlineMs,
    });
  return Promise.resolve({
    driver: ({ startDeadlineMs } = {}) => make('mine', startDeadlineMs),
    stranger: () => make('theirs'),
    images: { working: 'working', ending: 'ending', silent: 'silent', careless: 'careless' },
    directory: (agentId) => join(home, 'agents', agentId),
    isHealthy: agentIsHealthy,
    run: callAgent,
    tooManyMegabytes: 600,
    crash: (directory) => callAgent(directory, { do: 'crash' }).catch(() => undefined),
    occupy: (directory) => callAgent(directory, { do: 'block', ms: 60_000 }).catch(() => undefined),
    keepMemory: (directory, bytes) => callAgent(directory, { do: 'keep', bytes }),
    dispose: () => Promise.resolve(rmSync(home, { recursive: true, force: true })),
  });
});
