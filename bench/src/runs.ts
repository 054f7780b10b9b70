import type { DefinitionInput } from '@agentainer/core';
import { type Figure, ms, perSecond } from './figure.js';
import { rawFlow } from './raw-flow.js';
import { type RedisWork, redisWorkOf } from './redis-work.js';
import type { Stage } from './stage.js';
import { median } from './statistics.js';

const ROUNDS = 3;

/** Milliseconds from the begin of a run to its end, by Redis's clock: all but the HTTP request itself. */
async function timeOf(stage: Stage, workflowId: string): Promise<number> {
  const { id } = await stage.client.startWorkflow(workflowId);
  const run = await stage.client.waitForRun(id, { timeoutMs: 300_000 });
  if (run.status !== 'completed') throw new Error(`the run ${run.status}: ${JSON.stringify(run.error)}`);
  return Date.parse(run.finished_at!) - Date.parse(run.created_at);
}

async function workflow(stage: Stage, definition: DefinitionInput): Promise<string> {
  return (await stage.client.createWorkflow(definition)).id;
}

/** No-op tasks through the whole path, and no-op jobs through a raw BullMQ flow, in turn on the same Redis. */
export async function measureThroughput(stage: Stage, items: number): Promise<Figure[]> {
  const pool_config = { min_size: 4, max_size: 4, reuse: 'any' as const };
  const id = await workflow(stage, {
    name: 'no-op',
    steps: [
      {
        type: 'map',
        name: 'map',
        image: stage.image,
        items: Array.from({ length: items }, (_, i) => i),
        max_parallel: 4,
        pool_config,
      },
    ],
  });
  await stage.warm(pool_config);
  const redis = await redisWorkOf(stage.redisPath, () => timeOf(stage, id));
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(items / ((await timeOf(stage, id)) / 1_000));
    raw.push(await rawFlow(stage.redisPath, items));
  }
  const [rate, yardstick] = [median(ours), median(raw)];
  const ratio = rate / yardstick;
  const promised = items >= 10_000;
  const what = `${items.toLocaleString('en')} no-op tasks on 4 containers`;
  return [
    {
      what,
      measured: perSecond(rate),
      beside: `raw BullMQ flow ${perSecond(yardstick)}: ratio ${ratio.toFixed(2)}`,
      ...(promised && {
        promise: { text: '≥ 2,500/s and ≥ 0.4 of raw', kept: rate >= 2_500 && ratio >= 0.4 },
      }),
    },
    workFigure(what, redis, items, 'task'),
  ];
}

/** What Redis did for each one. */
function workFigure(what: string, { scripts, commands }: RedisWork, count: number, one: string): Figure {
  return {
    what: `${what}: Redis round trips with a change`,
    measured: `${(scripts / count).toFixed(2)} a ${one}`,
    beside: `${(commands / count).toFixed(1)} commands in all, BullMQ's included`,
  };
}

/** A chain of no-op steps: what one step costs beside its task. */
export async function measureSteps(stage: Stage): Promise<Figure[]> {
  const pool_config = { min_size: 1, max_size: 1, reuse: 'any' as const };
  const steps = 50;
  const id = await workflow(stage, {
    name: 'chain',
    steps: Array.from({ length: steps }, (_, i) => ({
      name: `s${i}`,
      image: stage.image,
      depends_on: i === 0 ? [] : [`s${i - 1}`],
      pool_config,
    })),
  });
  await stage.warm(pool_config);
  const redis = await redisWorkOf(stage.redisPath, () => timeOf(stage, id));
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS + 2; round++) samples.push((await timeOf(stage, id)) / steps);
  const step = median(samples);
  const what = 'a sequential no-op step, in a chain of 50';
  return [
    { what, measured: ms(step), promise: { text: '≤ 4 ms', kept: step <= 4 } },
    workFigure(what, redis, steps, 'step'),
  ];
}

/** How long a short run waits for its first task while a long one uses all agents of the pool, in time slices of a lane. */
export async function measureFairness(stage: Stage): Promise<Figure[]> {
  const pool_config = { min_size: 2, max_size: 2, reuse: 'any' as const };
  const start = async (tasks: number) => {
    const items = Array.from({ length: tasks }, () => ({ do: 'sleep', ms: 5 }));
    const map = { type: 'map' as const, name: 'map', image: stage.image, items, pool_config };
    return stage.client.startWorkflow(await workflow(stage, { name: 'fair', steps: [map] }));
  };
  await stage.warm(pool_config);
  const long = await start(20_000);
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS + 2; round++) {
    const short = await start(3);
    await stage.client.waitForRun(short.id, { timeoutMs: 60_000 });
    const { items: jobs } = await stage.client.listRunJobs(short.id);
    const begun = Math.min(...jobs.map((job) => Date.parse(job.started_at!)));
    waits.push(begun - Date.parse(short.created_at));
  }
  await stage.client.cancelRun(long.id);
  const worst = Math.max(...waits);
  return [
    {
      what: 'first task of a 3-task run beside one of 20,000, worst of 5',
      measured: ms(worst),
      promise: { text: '≤ 2 slices of 1 s', kept: worst <= 2_000 },
    },
  ];
}

/** Ten tasks of five seconds on five warm agents: two rounds of work, and what comes on top. */
export async function measureLongTasks(stage: Stage): Promise<Figure[]> {
  const pool_config = { min_size: 5, max_size: 5, reuse: 'any' as const };
  const id = await workflow(stage, {
    name: 'five-seconds',
    steps: [
      {
        type: 'map',
        name: 'map',
        image: stage.image,
        items: Array.from({ length: 10 }, () => ({ do: 'sleep', ms: 5_000 })),
        max_parallel: 5,
        pool_config,
      },
    ],
  });
  await stage.warm(pool_config);
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) samples.push(await timeOf(stage, id));
  const took = median(samples) / 1_000;
  return [
    {
      what: '10 tasks of 5 s on 5 warm agents',
      measured: `${took.toFixed(2)} s`,
      promise: { text: '≤ 10.3 s', kept: took <= 10.3 },
    },
  ];
}
