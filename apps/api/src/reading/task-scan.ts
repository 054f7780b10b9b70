import type { TaskState } from '@agentainer/core';
import type { RunRecord, TaskRecord } from '@agentainer/engine';
import type { RunRecords } from '../parts.js';

/** Tasks read at once. */
const CHUNK = 500;

/** A place among the tasks of a run: which step of the definition, and which of its tasks. */
export interface TaskPosition {
  step: number;
  index: number;
}

export interface TaskScan {
  from: TaskPosition;
  /** Tasks wanted, at most. */
  limit: number;
  /** Tasks looked at, at most: with a rare status a scan ends before it has found enough. */
  budget: number;
  status?: TaskState;
}

export interface ScannedTasks {
  tasks: TaskRecord[];
  scanned: number;
  /** Where to go on; undefined at the end of the run. */
  next?: TaskPosition;
}

/**
 * Tasks of a run in the order of its steps, then by index. Places never move, so pages neither lose nor
 * repeat a task, whatever runs meanwhile.
 */
export async function scanTasks(runs: RunRecords, run: RunRecord, scan: TaskScan): Promise<ScannedTasks> {
  const tasks: TaskRecord[] = [];
  let scanned = 0;
  let { step, index } = scan.from;
  for (; step < run.steps.length; step++, index = 0) {
    const { name, total } = run.steps[step]!;
    while (index < total) {
      const count = Math.min(chunkSize(scan, tasks.length), total - index, scan.budget - scanned);
      if (count <= 0) return { tasks, scanned, next: { step, index } };
      const records = await runs.tasks(run.id, name, index, count);
      for (const record of records) {
        if (tasks.length === scan.limit) return { tasks, scanned, next: { step, index: record.index } };
        if (!scan.status || record.state === scan.status) tasks.push(record);
      }
      index += count;
      scanned += count;
    }
  }
  return { tasks, scanned };
}

function chunkSize({ limit, status }: TaskScan, found: number): number {
  return found === limit ? 0 : Math.min(CHUNK, status ? CHUNK : limit - found);
}
