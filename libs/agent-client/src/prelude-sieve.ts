import { MAX_LOG_LINE_BYTES, MAX_PROGRESS_BYTES } from '@agentainer/contracts/agent-paths';
import { logLineSchema } from '@agentainer/contracts';
import { isTooDeep } from '@agentainer/core';
import type { LogText } from '@agentainer/engine';

const NEWLINE = 0x0a;
/** Progress is shorter: what it may hold beside its value is far less than the difference. */
const LONGEST = MAX_LOG_LINE_BYTES;
/** A line that goes on after so many bytes without having shown that it is one of the prelude is none. */
const HEAD = 64;
const BEGINS = /^\s*\{\s*"type"\s*:\s*"(heartbeat|progress|log)"/;
const HEARTBEAT = /^\s*\{\s*"type"\s*:\s*"heartbeat"\s*\}\s*$/;
const PROGRESS = /^\s*\{\s*"type"\s*:\s*"progress"\s*,\s*"value"\s*:([^]*)\}\s*$/;
const NOTHING = Buffer.alloc(0);

/** Who is told what comes ahead of an answer. */
export interface PreludeListener {
  /** Gets the JSON text of each value that the agent reports. */
  onProgress?: (value: string) => void;
  /** Gets what the task printed. */
  onLog?: (log: LogText) => void;
}

/**
 * Takes what may come ahead of an answer, heartbeats, progress and logs, off its front, part by part as it comes, and
 * copies nothing of what follows.
 */
export class PreludeSieve {
  /** The begin of a line that may belong to the prelude; undefined once something else began. */
  private begun: Buffer | undefined = NOTHING;

  constructor(private readonly listener: PreludeListener = {}) {}

  /** What a part holds beside the prelude; it may hold it back until it is known. */
  take(part: Buffer): Buffer {
    if (!this.begun) return part;
    let rest = this.begun.length === 0 ? part : Buffer.concat([this.begun, part]);
    for (;;) {
      const end = rest.indexOf(NEWLINE);
      if (end < 0 && mayBeBegun(rest)) {
        this.begun = rest;
        return NOTHING;
      }
      if (end < 0 || end > LONGEST || !this.isPrelude(rest.subarray(0, end))) {
        this.begun = undefined;
        return rest;
      }
      rest = rest.subarray(end + 1);
    }
  }

  /** What was held back when the answer has ended. */
  end(): Buffer {
    return this.begun ?? NOTHING;
  }

  private isPrelude(line: Buffer): boolean {
    const type = BEGINS.exec(line.toString('latin1', 0, HEAD))?.[1];
    if (type === undefined) return false;
    const text = line.toString();
    if (type === 'heartbeat') return HEARTBEAT.test(text);
    return type === 'log' ? this.isLog(text) : this.isProgress(text);
  }

  private isProgress(line: string): boolean {
    const value = PROGRESS.exec(line)?.[1]?.trim();
    if (value === undefined || !isReportable(value)) return false;
    this.listener.onProgress?.(value);
    return true;
  }

  private isLog(line: string): boolean {
    const log = logLineSchema.safeParse(parseJson(line));
    if (!log.success) return false;
    const { stream, text, left_out: leftOut = 0 } = log.data;
    this.listener.onLog?.({ stream, text, leftOut });
    return true;
  }
}

function mayBeBegun(text: Buffer): boolean {
  return text.length < HEAD || (text.length <= LONGEST && BEGINS.test(text.toString('latin1', 0, HEAD)));
}

/** The text being JSON by itself proves that the line has no further field. */
function isReportable(value: string): boolean {
  if (Buffer.byteLength(value) > MAX_PROGRESS_BYTES) return false;
  const json = parseJson(value);
  return json !== undefined && !isTooDeep(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
