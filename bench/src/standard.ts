import { type Figure, ms } from './figure.js';
import type { Stage } from './stage.js';
import { median } from './statistics.js';

const SAMPLES = 7;
/** Agents that are kept ready, beside those at work. */
const READY = 2;

/** A job with a container of its own: with one started before it came, and without. */
export async function measureStandard(stage: Stage): Promise<Figure[]> {
  const cold = await jobsOf(stage, { min_size: 0, max_size: 3 });
  const ready = await jobsOf(stage, { min_size: READY, max_size: 4 });
  const ratio = median(cold) / median(ready);
  return [
    {
      what: 'a job in the mode standard, with containers kept ready',
      measured: ms(median(ready)),
      beside: `without ${ms(median(cold))}: ${ratio.toFixed(1)}x`,
    },
  ];
}

/** Milliseconds from the begin of each job to its end, by Redis's clock. The next one comes when the pool is as it was. */
async function jobsOf(
  { client, image, until }: Stage,
  pool_config: { min_size: number; max_size: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= SAMPLES; round++) {
    const { run_id } = await client.createJob({ image, input: 1, pool_config, execution_mode: 'standard' });
    const run = await client.waitForRun(run_id, { timeoutMs: 60_000 });
    if (run.status !== 'completed') throw new Error(`the job ${run.status}: ${JSON.stringify(run.error)}`);
    // The first one makes the pool.
    if (round > 0) times.push(Date.parse(run.finished_at!) - Date.parse(run.created_at));
    await until('the pool is as it was', async () => {
      const pools = await client.listPools();
      return pools.some(
        ({ config, agents }) =>
          config.reuse === 'task' &&
          config.max_size === pool_config.max_size &&
          agents.idle === pool_config.min_size &&
          agents.leased + agents.creating + agents.retiring === 0,
      );
    });
  }
  return times;
}
