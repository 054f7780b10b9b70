import type { Logger } from '@agentainer/runtime';
import { type DeathCause, lastLines, type LastWords } from './last-words.js';
import type { AgentDriver, AgentRegistry, GatewayHost, KeeperObserver } from './ports.js';

export interface DeathNotesParts {
  registry: Pick<AgentRegistry, 'died'>;
  driver: Pick<AgentDriver, 'lastWords'>;
  gateway: Pick<GatewayHost, 'withoutSecrets'>;
  observer: Pick<KeeperObserver, 'died'>;
  logger: Logger;
}

/** Of agents that ended by themselves: what they said last, noted in their pool and told once. No method throws. */
export class DeathNotes {
  constructor(private readonly parts: DeathNotesParts) {}

  /** Without secrets that the agent was told, as far as they are known to be such. */
  async wordsOf(agentId: string): Promise<LastWords> {
    const { driver, gateway, logger } = this.parts;
    try {
      const { output, ...end } = await driver.lastWords(agentId);
      return { ...end, output: lastLines(await gateway.withoutSecrets(agentId, output)) };
    } catch (error) {
      logger.warn({ err: error, agentId }, 'what an agent printed last could not be read');
      return { how: undefined, output: '' };
    }
  }

  /** May be repeated. Where the registry cannot be reached, the log has it. */
  async note(poolId: string, agentId: string, words: LastWords): Promise<void> {
    const { registry, observer, logger } = this.parts;
    try {
      if (!(await registry.died(poolId, agentId, words))) return;
    } catch (error) {
      logger.warn({ err: error, agentId, poolId }, 'how an agent ended was not noted');
    }
    logger.warn({ agentId, poolId, ...words }, 'an agent ended by itself');
    observer.died(poolId, causeOf(words));
  }
}

function causeOf({ how, outOfMemory }: LastWords): DeathCause {
  if (outOfMemory) return 'memory';
  return how === undefined ? 'unknown' : 'exit';
}
