import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeAgentTask, FakeAgentTraces } from './fake-agent-task.js';

const MIB = 1_024 * 1_024;
const kept: Buffer[] = [];

/** @param tasks how many the agent has begun */
export function leaveOrLook(
  task: FakeAgentTask & { do: 'leave' | 'look' },
  tasks: number,
): number | FakeAgentTraces {
  return task.do === 'leave' ? leave(task.megabytes) : { ...look(task.pid), tasks };
}

/** Leaves files, a process that goes on by itself, and memory; the process's id. */
function leave(megabytes = 0): number {
  mkdirSync(join(tmpdir(), 'left', 'deep'), { recursive: true });
  writeFileSync(join(tmpdir(), 'left', 'deep', 'file'), 'by a task');
  // Of a session of its own, and no child of anybody who would end it.
  const sleeper = ['-e', 'setInterval(() => undefined, 1000)'];
  const child = spawn(process.execPath, sleeper, { detached: true, stdio: 'ignore' });
  child.unref();
  kept.push(Buffer.alloc(megabytes * MIB, 1));
  return child.pid!;
}

function look(pid: number): Omit<FakeAgentTraces, 'tasks'> {
  const megabytes = kept.reduce((sum, part) => sum + part.length, 0) / MIB;
  return { files: readdirSync(tmpdir()), runs: isRunning(pid), megabytes };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
