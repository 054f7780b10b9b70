import { chosen } from './choice.js';
import { type Figure, formatFigures } from './figure.js';
import { measureHandOver } from './hand-over.js';
import { measureLargeMaps } from './large-map.js';
import { measureLeases } from './lease.js';
import { measurePoolMemory, measureReplacement, measureUtilisation } from './pools.js';
import { measureFairness, measureLongTasks, measureSteps, measureThroughput } from './runs.js';
import { Stage } from './stage.js';
import { measureStandard } from './standard.js';

const all: { name: string; measure: (stage: Stage) => Promise<Figure[]> }[] = [
  { name: 'leases', measure: measureLeases },
  { name: 'hand-over', measure: measureHandOver },
  { name: 'standard', measure: measureStandard },
  { name: 'steps', measure: measureSteps },
  { name: '1000-tasks', measure: (stage) => measureThroughput(stage, 1_000) },
  { name: '10000-tasks', measure: (stage) => measureThroughput(stage, 10_000) },
  { name: 'large-maps', measure: measureLargeMaps },
  { name: 'fairness', measure: measureFairness },
  { name: 'long-tasks', measure: measureLongTasks },
  { name: 'utilisation', measure: measureUtilisation },
  { name: 'replacement', measure: measureReplacement },
  { name: 'pool-memory', measure: measurePoolMemory },
];

const measurements = chosen(all, process.argv.slice(2));
const stage = await Stage.open();
const figures: Figure[] = [];
const stop = () => void stage.close().finally(() => process.exit(130));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

try {
  for (const { name, measure } of measurements) {
    process.stderr.write(`measuring ${name} …\n`);
    figures.push(...(await measure(stage)));
  }
} finally {
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  await stage.close();
}
process.stdout.write(`${formatFigures(figures)}\n`);
