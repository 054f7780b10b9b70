import type { LogChunk, LogReader, LogRecord } from '@agentainer/engine';

/** Logs of runs in memory. */
export class FakeLogs implements LogReader {
  readonly records: LogRecord[] = [];
  private last = 0;

  /** Has a task print something; chunks come at least one millisecond after another. */
  add(
    { runId, step = 'job', index = 0, attempt = 1 }: Partial<LogRecord> & { runId: string },
    chunk: Partial<LogChunk> & { text: string },
  ): string {
    const at = Math.max(Date.now(), this.last + 1);
    this.last = at;
    const id = `${at}-0`;
    this.records.push({ id, at, runId, step, index, attempt, stream: 'stdout', offset: 0, ...chunk });
    return id;
  }

  after(runId: string, from: { id: string } | { at: number }, limit: number): Promise<LogRecord[]> {
    const begin = 'id' in from ? parseInt(from.id, 10) + 1 : from.at;
    const found = this.records.filter((record) => record.runId === runId && record.at >= begin);
    return Promise.resolve(found.slice(0, limit));
  }

  before(runId: string, id: string | undefined, limit: number): Promise<LogRecord[]> {
    const end = id === undefined ? Infinity : parseInt(id, 10);
    const found = this.records.filter((record) => record.runId === runId && record.at < end);
    return Promise.resolve(found.reverse().slice(0, limit));
  }
}
