import { Redis } from 'ioredis';
import type { Figure } from './figure.js';
import { flatnessOf, isLinear } from './memory-shape.js';
import type { Stage } from './stage.js';

const MIB = 1_024 * 1_024;
const SIZES = [25_000, 50_000, 100_000];
const SAMPLE_MS = 250;
const DEADLINE_MS = 900_000;

/**
 * Maps of ever more no-op items: whether the process that lays out and works on the largest one holds no more
 * memory at its end than when a tenth is done, and whether each item costs Redis the same however many there are.
 */
export async function measureLargeMaps(stage: Stage): Promise<Figure[]> {
  const redis = new Redis({ path: stage.redisPath });
  const perItem: number[] = [];
  let samples: number[] = [];
  try {
    for (const items of SIZES) {
      const before = await usedMemory(redis);
      samples = await memoryDuring(stage, items);
      perItem.push(((await usedMemory(redis)) - before) / items);
    }
  } finally {
    redis.disconnect();
  }
  return [processFigure(samples), redisFigure(perItem)];
}

function processFigure(samples: number[]): Figure {
  const { tenth, end, most, isFlat } = flatnessOf(samples);
  const mib = (bytes: number) => Math.round(bytes / MIB);
  return {
    what: 'memory of the process, 100,000 no-op items in one map',
    measured: `${mib(tenth)} MiB at a tenth, ${mib(end)} at the end`,
    beside: `most ${mib(most)} MiB`,
    promise: { text: 'flat ± 20 %', kept: isFlat },
  };
}

function redisFigure(perItem: number[]): Figure {
  return {
    what: `memory of Redis for an item, maps of ${SIZES.map((n) => n.toLocaleString('en')).join(', ')}`,
    measured: `${perItem.map(Math.round).join(', ')} bytes`,
    promise: { text: 'linear ± 20 %', kept: isLinear(perItem) },
  };
}

/** Memory of the instance's process, in bytes, sampled from the begin of a run to its end. */
async function memoryDuring(stage: Stage, items: number): Promise<number[]> {
  const pool_config = { min_size: 4, max_size: 4, reuse: 'any' as const };
  const { id } = await stage.client.createWorkflow({
    name: 'large',
    steps: [
      {
        type: 'map',
        name: 'map',
        image: stage.image,
        items: { range: { from: 1, to: items } },
        max_parallel: 4,
        pool_config,
      },
    ],
  });
  await stage.warm(pool_config);
  const samples: number[] = [];
  const timer = setInterval(() => {
    void stage.instanceMemory().then((bytes) => samples.push(bytes));
  }, SAMPLE_MS);
  try {
    const { id: runId } = await stage.client.startWorkflow(id);
    const job = { timeoutMs: DEADLINE_MS };
    const run = await stage.client.waitForRun(runId, job);
    const [step] = run.steps;
    if (step?.completed !== items) throw new Error(`${step?.completed} of ${items} items completed`);
  } finally {
    clearInterval(timer);
  }
  return samples;
}

async function usedMemory(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(info)![1]);
}
