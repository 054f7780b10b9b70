import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@agentainer/runtime';
import type Docker from 'dockerode';
import type { GetEventsOptions } from 'dockerode';
import { agentOf, labelFilter, type Owner } from './container-identity.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const MAX_LINE = 1_024 * 1_024;

export interface AgentExit {
  agentId: string;
  exitCode: string;
}

export interface ExitEventsOptions {
  docker: Docker;
  owner: Owner;
  logger: Logger;
  onExit(exit: AgentExit): void;
  /** The stream begins, or begins anew after a break in which exits may have gone by unheard. */
  onOpen(): Promise<void>;
}

interface EngineEvent {
  Actor?: { Attributes?: Record<string, string> };
}

/** Hears from the engine of each container of the owner that ends, and keeps on listening across breaks. */
export class ExitEvents {
  private readonly abort = new AbortController();
  private readonly loop: Promise<void>;

  constructor(private readonly options: ExitEventsOptions) {
    this.loop = this.listen();
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.loop;
  }

  private async listen(): Promise<void> {
    const { signal } = this.abort;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      let stream: Readable | undefined;
      try {
        stream = await this.open();
        pauseMs = FIRST_PAUSE_MS;
        await Promise.all([this.read(stream), this.options.onOpen()]);
      } catch (error) {
        if (!signal.aborted) this.options.logger.warn({ err: error }, 'events of the engine broke off');
      }
      stream?.destroy();
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  private async open(): Promise<Readable> {
    const label = labelFilter(this.options.owner);
    const filters: GetEventsOptions['filters'] = { type: ['container'], event: ['die'], label };
    const stream = await this.options.docker.getEvents({ filters, abortSignal: this.abort.signal });
    return stream as Readable;
  }

  private async read(stream: Readable): Promise<void> {
    let rest = '';
    for await (const chunk of stream) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error('the engine sent an event without end');
      for (const line of lines) if (line.trim()) this.tell(JSON.parse(line) as EngineEvent);
    }
  }

  private tell({ Actor }: EngineEvent): void {
    const attributes = Actor?.Attributes ?? {};
    const agent = agentOf(attributes);
    if (agent) {
      this.options.onExit({ agentId: agent.agentId, exitCode: attributes.exitCode ?? 'unknown' });
    }
  }
}
