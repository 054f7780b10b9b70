import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@agentainer/runtime';
import { describeCommands } from '@agentainer/testing/commands.conformance';
import { ProcessDriver } from './process-driver.js';

describeCommands('process', () => {
  const home = mkdtempSync(join(tmpdir(), 'af-commands-'));
  const driver = new ProcessDriver({
    images: { own: ['echo', 'its own'] },
    instance: 'mine',
    stateDirectory: join(home, 'state'),
    logger: silentLogger,
  });
  return Promise.resolve({
    driver,
    image: 'own',
    directory: (agentId) => join(home, agentId),
    dispose: () => Promise.resolve(rmSync(home, { recursive: true, force: true })),
  });
});
