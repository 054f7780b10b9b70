import { Redis } from 'ioredis';

/** What Redis was asked to do. */
export interface RedisWork {
  /** Scripts and transactions: the round trips that change anything, ours and BullMQ's. */
  scripts: number;
  /** All commands, those within the scripts and transactions too. */
  commands: number;
}

const SCRIPT_COMMANDS = ['evalsha', 'eval', 'exec'];

/** Counts what Redis does while the work goes on, by everybody: an idle instance does some, too, but little. */
export async function redisWorkOf(redisPath: string, work: () => Promise<unknown>): Promise<RedisWork> {
  const redis = new Redis({ path: redisPath });
  try {
    const before = readWork(await redis.info('commandstats'));
    await work();
    const after = readWork(await redis.info('commandstats'));
    return { scripts: after.scripts - before.scripts, commands: after.commands - before.commands };
  } finally {
    redis.disconnect();
  }
}

/** What Redis has done since its start, by its statistics of commands. */
export function readWork(commandStats: string): RedisWork {
  const calls = new Map(
    [...commandStats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, command, count]) => [
      command!,
      Number(count),
    ]),
  );
  const sum = (counts: Iterable<number | undefined>) => [...counts].reduce<number>((a, n) => a + (n ?? 0), 0);
  return {
    scripts: sum(SCRIPT_COMMANDS.map((command) => calls.get(command))),
    commands: sum(calls.values()),
  };
}
