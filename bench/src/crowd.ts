import type { HeldLease } from '@agentainer/pool';
import { BenchPool } from './bench-pool.js';
import { type Figure, ms } from './figure.js';
import { rawTokens } from './raw-tokens.js';
import { jainIndex, median, percentile } from './statistics.js';

/** More lanes than agents, for so long, so many times. */
const CROWD = { lanes: 64, agents: 16, ms: 3_000, workMs: 2, rounds: 3 };

/** Where lanes take things in turn. */
export interface Hands<T> {
  /** How a lane takes one, as soon as one is free. */
  lane(): () => Promise<T>;
  idOf(thing: T): string;
  giveBack(thing: T): Promise<void>;
  close(): Promise<void>;
}

interface Round {
  /** 99th percentile of the milliseconds from a thing being given back to the next lane having it. */
  p99: number;
  /** How often each lane had one. */
  turns: number[];
}

/**
 * Many more lanes than agents: how long an agent is in nobody's hands, and whether all lanes get as many. The same with
 * tokens in a list of Redis, in turn, says what of it this machine takes.
 */
export async function measureCrowd(redisUrl: string, redisPath: string): Promise<Figure[]> {
  const pool = agentsOf(await BenchPool.withAgents(redisUrl, CROWD.agents));
  const raw = await rawTokens(redisPath, CROWD.agents);
  const [ours, yardstick]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < CROWD.rounds; round++) {
    yardstick.push(await crowd(raw));
    ours.push(await crowd(pool));
  }
  await pool.close();
  await raw.close();
  const [p99, bare] = [ours, yardstick].map((rounds) => median(rounds.map((round) => round.p99))) as [
    number,
    number,
  ];
  const turns = ours.flatMap((round) => round.turns);
  const jain = Math.min(...ours.map((round) => jainIndex(round.turns)));
  const what = `${CROWD.lanes} lanes on ${CROWD.agents} agents`;
  return [
    {
      what: `hand-off, ${what}, p99`,
      measured: ms(p99),
      beside: `bare BLPOP ${ms(bare)}: ratio ${(p99 / bare).toFixed(2)}`,
      promise: { text: '≤ 3 ms', kept: p99 <= 3 },
    },
    {
      what: `leases of each lane, ${what}: Jain's index`,
      measured: jain.toFixed(4),
      beside: `${Math.min(...turns)} to ${Math.max(...turns)} leases`,
      promise: { text: '≥ 0.99', kept: jain >= 0.99 },
    },
  ];
}

function agentsOf(pool: BenchPool): Hands<HeldLease> {
  return {
    lane: () => {
      const { signal } = new AbortController();
      return () => pool.lease(signal);
    },
    idOf: (held) => held.lease.agentId,
    giveBack: (held) => pool.release(held),
    close: () => pool.close(),
  };
}

async function crowd<T>(hands: Hands<T>): Promise<Round> {
  const givenBack = new Map<string, number>();
  const samples: number[] = [];
  const end = performance.now() + CROWD.ms;
  const lane = async () => {
    const take = hands.lane();
    let turns = 0;
    for (; performance.now() < end; turns++) {
      const thing = await take();
      const since = givenBack.get(hands.idOf(thing));
      if (since !== undefined) samples.push(performance.now() - since);
      await new Promise((resolve) => setTimeout(resolve, CROWD.workMs));
      givenBack.set(hands.idOf(thing), performance.now());
      await hands.giveBack(thing);
    }
    return turns;
  };
  const turns = await Promise.all(Array.from({ length: CROWD.lanes }, lane));
  return { p99: percentile(samples, 0.99), turns };
}
