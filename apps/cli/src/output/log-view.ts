import type { LogEntryBody } from '@agentainer/contracts';
import type { Terminal } from './terminal.js';

/** The longest line that is held until it is whole, in characters. */
const LONGEST_LINE = 64 * 1_024;

/** Jobs whose lines may be begun at once; the one that printed longest ago is shown as it is. */
const MOST_JOBS = 10_000;

export interface LogViewOptions {
  /** What stands before each line of a job; nothing where there is one job. */
  nameOf?: (jobId: string) => string;
  /** Whether the begin is left out as asked for, so that it is not told. */
  isCut: boolean;
}

/** What the latest attempt of a job printed on one stream. */
interface Source {
  /** Where the next text begins. */
  offset: number;
  /** The begin of a line that is not whole yet. */
  begun: string;
  name: string;
}

interface Job {
  attempt: number;
  sources: Map<string, Source>;
}

/** Shows logs line by line, those of several tasks among one another, and says where something was not kept. */
export class LogView {
  /** Those that printed longest ago first. */
  private readonly jobs = new Map<string, Job>();
  private hasForgotten = false;

  constructor(
    private readonly terminal: Pick<Terminal, 'out' | 'live'>,
    private readonly options: LogViewOptions,
  ) {}

  add(entry: LogEntryBody): void {
    const source = this.sourceOf(entry);
    const missing = entry.offset - source.offset;
    source.offset = entry.offset + Buffer.byteLength(entry.text);
    if (missing > 0) {
      this.flush(source);
      this.line(source, `[${missing} bytes were not kept]`);
    }
    const lines = (source.begun + entry.text).split('\n');
    source.begun = lines.pop()!;
    for (const line of lines) this.line(source, line);
    if (source.begun.length > LONGEST_LINE) this.flush(source);
  }

  /** Shows lines that have no end. */
  end(): void {
    for (const job of this.jobs.values()) this.flushAll(job);
  }

  private sourceOf({ job_id, attempt, stream, offset }: LogEntryBody): Source {
    const job = this.jobOf(job_id, attempt);
    const known = job.sources.get(stream);
    if (known) return known;
    const name = this.options.nameOf ? `${this.options.nameOf(job_id)} | ` : '';
    // Where its begin was not asked for, or was shown and forgotten, nothing is said to be missing.
    const source = { offset: this.options.isCut || this.hasForgotten ? offset : 0, begun: '', name };
    job.sources.set(stream, source);
    return source;
  }

  private jobOf(id: string, attempt: number): Job {
    const known = this.jobs.get(id);
    this.jobs.delete(id);
    const goesOn = known?.attempt === attempt;
    if (known && !goesOn) this.flushAll(known);
    const job = goesOn ? known : { attempt, sources: new Map<string, Source>() };
    this.jobs.set(id, job);
    if (this.jobs.size > MOST_JOBS) this.forgetOldest();
    return job;
  }

  private forgetOldest(): void {
    const [id, job] = this.jobs.entries().next().value!;
    this.flushAll(job);
    this.jobs.delete(id);
    this.hasForgotten = true;
  }

  private flushAll({ sources }: Job): void {
    for (const source of sources.values()) this.flush(source);
  }

  private flush(source: Source): void {
    if (source.begun !== '') this.line(source, source.begun);
    source.begun = '';
  }

  private line({ name }: Source, text: string): void {
    this.terminal.out(`${name}${this.terminal.live ? harmless(text) : text}\n`);
  }
}

/** Without what could steer a terminal, but for tabs. */
function harmless(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\u001b\[[0-9;]*m/g, '').replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]+/g, ' ');
}
