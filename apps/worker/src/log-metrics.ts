import type { LogObserver } from '@agentainer/engine';
import { Counter, type Registry } from '@agentainer/runtime';

/** What becomes of what tasks print. */
export class LogMetrics implements LogObserver {
  private readonly keptBytes: Counter;
  private readonly droppedBytes: Counter<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.keptBytes = new Counter({
      name: 'agentainer_log_bytes_total',
      help: 'Bytes that tasks printed and that were kept',
      registers,
    });
    this.droppedBytes = new Counter({
      name: 'agentainer_log_dropped_bytes_total',
      help: 'Bytes that tasks printed and that were not kept, by why not',
      labelNames: ['reason'],
      registers,
    });
  }

  kept(bytes: number): void {
    this.keptBytes.inc(bytes);
  }

  dropped(reason: Parameters<LogObserver['dropped']>[0], bytes: number): void {
    this.droppedBytes.inc({ reason }, bytes);
  }
}
