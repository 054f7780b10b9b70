import { AGENT_TRANSITIONS, type AgentState, sourcesOf } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import type { Script } from './script.js';

/** Every move of an agent that the table allows, as scripts look them up: ` creating>idle creating>leased … `. */
const MOVES = ` ${(Object.keys(AGENT_TRANSITIONS) as AgentState[])
  .flatMap((to) => sourcesOf(AGENT_TRANSITIONS, to).map((from) => `${from}>${to}`))
  .join(' ')} `;

/** The pools of one host: runs a script on one of them, with the arguments that all of them get. */
export class PoolScope {
  private readonly common: readonly string[];

  constructor(
    readonly redis: Redis,
    readonly keys: Keys,
    readonly host: string,
  ) {
    this.common = [MOVES, keys.grants(''), keys.demand(host)];
  }

  run(script: Script, poolId: string, args: (string | number)[] = []): Promise<unknown> {
    return script.run(this.redis, [this.keys.pool(poolId, this.host)], [...this.common, poolId, ...args]);
  }
}
