import { type Figure, formatFigures } from './figure.js';
import { measureHandOver } from './hand-over.js';
import { measureLargeMaps } from './large-map.js';
import { measureLeases } from './lease.js';
import { measureLongTasks, measureSteps, measureThroughput } from './runs.js';
import { Stage } from './stage.js';

const stage = await Stage.open();
const figures: Figure[] = [];
const stop = () => void stage.close().finally(() => process.exit(130));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

try {
  await measure('leases', async () => figures.push(...(await measureLeases(stage.redisUrl))));
  await measure('hand-over', async () => figures.push(...(await measureHandOver(stage))));
  await measure('steps', async () => figures.push(...(await measureSteps(stage))));
  await measure('1,000 tasks', async () => figures.push(...(await measureThroughput(stage, 1_000))));
  await measure('10,000 tasks', async () => figures.push(...(await measureThroughput(stage, 10_000))));
  await measure('large maps', async () => figures.push(...(await measureLargeMaps(stage))));
  await measure('long tasks', async () => figures.push(await measureLongTasks(stage)));
} finally {
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  await stage.close();
}
process.stdout.write(`${formatFigures(figures)}\n`);

async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
  process.stderr.write(`measuring ${what} …\n`);
  await work();
}
