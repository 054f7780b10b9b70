import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@agentainer/runtime';
import { z } from 'zod';

const recordSchema = z.object({
  agentId: z.string(),
  poolId: z.string(),
  instance: z.string(),
  directory: z.string(),
  /** What it was made of. */
  make: z.string().optional(),
  /** Missing where the driver ended between the decision to start the process and its start. */
  process: z.object({ pid: z.int().positive(), startTime: z.string() }).optional(),
});

/** What is known of an agent's process; it outlives the driver's own. */
export type AgentProcessRecord = z.output<typeof recordSchema>;

const SUFFIX = '.json';

/**
 * One file for each agent, written before its process starts and removed after it has ended, so that none is
 * forgotten. Written at once and in one piece: a reader never sees half a record.
 */
export class AgentRecords {
  constructor(
    private readonly directory: string,
    private readonly instance: string,
    private readonly logger: Logger,
  ) {}

  write(record: Omit<AgentProcessRecord, 'instance'>): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const path = this.path(record.agentId);
    const unfinished = `${path}.new`;
    writeFileSync(unfinished, JSON.stringify({ ...record, instance: this.instance }), { mode: 0o600 });
    renameSync(unfinished, path);
  }

  read(agentId: string): AgentProcessRecord | undefined {
    return this.parse(this.path(agentId));
  }

  list(): AgentProcessRecord[] {
    return this.files().flatMap((name) => this.parse(join(this.directory, name)) ?? []);
  }

  remove(agentId: string): void {
    rmSync(this.path(agentId), { force: true });
  }

  private path(agentId: string): string {
    return join(this.directory, `${this.instance}.${agentId}${SUFFIX}`);
  }

  private files(): string[] {
    try {
      const own = (name: string) => name.startsWith(`${this.instance}.`) && name.endsWith(SUFFIX);
      return readdirSync(this.directory).filter(own);
    } catch {
      return [];
    }
  }

  private parse(path: string): AgentProcessRecord | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const record = recordSchema.parse(JSON.parse(text));
      return record.instance === this.instance ? record : undefined;
    } catch (error) {
      this.logger.warn({ err: error, path }, 'the record of an agent cannot be read');
      return undefined;
    }
  }
}
