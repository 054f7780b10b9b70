import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@agentainer/runtime';
import type Docker from 'dockerode';
import type { GetEventsOptions } from 'dockerode';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const MAX_LINE = 1_024 * 1_024;

export interface EngineEventsOptions {
  docker: Docker;
  /** Which events. */
  filters: GetEventsOptions['filters'];
  logger: Logger;
  /** @param attributes of what the event is about */
  onEvent(attributes: Record<string, string>): void;
  /** The stream begins, or begins anew after a break in which events may have gone by unheard. */
  onOpen(): Promise<void>;
}

interface EngineEvent {
  Actor?: { Attributes?: Record<string, string> };
}

/** Hears of some of the engine's events, and keeps on listening across breaks. */
export class EngineEvents {
  private readonly abort = new AbortController();
  private readonly loop: Promise<void>;

  constructor(private readonly options: EngineEventsOptions) {
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
    const { docker, filters } = this.options;
    const stream = await docker.getEvents({ filters, abortSignal: this.abort.signal });
    return stream as Readable;
  }

  private async read(stream: Readable): Promise<void> {
    let rest = '';
    for await (const chunk of stream) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error('the engine sent an event without end');
      for (const line of lines) if (line.trim()) this.tell(line);
    }
  }

  private tell(line: string): void {
    const { Actor } = JSON.parse(line) as EngineEvent;
    this.options.onEvent(Actor?.Attributes ?? {});
  }
}
