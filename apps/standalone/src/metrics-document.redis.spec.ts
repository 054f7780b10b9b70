import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeApi, readApiConfig } from '@agentainer/api';
import { composeController, readControllerConfig } from '@agentainer/controller';
import { createRegistry, type Registry, ServiceGroup, silentLogger } from '@agentainer/runtime';
import { composeWorker, readWorkerConfig } from '@agentainer/worker';

const DOCUMENT = new URL('../../../docs/metrics.md', import.meta.url);
const OF_NODE = /^(process|nodejs)_/;

/** All that an instance registers, when it runs. */
async function registered(metrics: Registry): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'af-metrics-'));
  const environment = {
    AGENTAINER_REDIS_URL: process.env.AGENTAINER_TEST_REDIS!,
    AGENTAINER_PREFIX: `t-${randomUUID()}`,
    AGENTAINER_DATA: directory,
    AGENTAINER_DRIVER: 'process',
    AGENTAINER_PORT: '0',
  };
  const parts = { logger: silentLogger, metrics };
  const instance = new ServiceGroup('instance', [
    await composeController(readControllerConfig(environment), parts),
    composeWorker(readWorkerConfig(environment), parts),
    composeApi(readApiConfig(environment), parts),
  ]);
  await instance.start();
  await instance.stop();
  await rm(directory, { recursive: true, force: true });
  const all = metrics.getMetricsAsArray() as unknown as {
    name: string;
    type: string;
    labelNames: string[];
  }[];
  return all
    .filter(({ name }) => !OF_NODE.test(name))
    .map(({ name, type, labelNames }) => `${name} ${type} ${labelNames.join(' ')}`.trim());
}

/** The rows of the document. */
async function documented(): Promise<string[]> {
  const rows = (await readFile(DOCUMENT, 'utf8')).split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [, name, type, labels] = row.split('|').map((cell) => cell.trim().replaceAll(/[`,]/g, ''));
    return `${name} ${type} ${labels}`.trim();
  });
}

it('R6.3a R6.3b R6.3c R6.3d R6.3e every metric is in the document, and every one of the document is there', async () => {
  expect((await registered(createRegistry('test'))).sort()).toEqual((await documented()).sort());
}, 60_000);
