import { MAX_PROGRESS_BYTES } from '@agentainer/contracts/agent-paths';
import { isTooDeep } from '@agentainer/core';

const NEWLINE = 0x0a;
/** What a line of the prelude may hold beside a value, in bytes. */
const ENVELOPE = 256;
const LONGEST = MAX_PROGRESS_BYTES + ENVELOPE;
/** A line that goes on after so many bytes without having shown that it is one of the prelude is none. */
const HEAD = 64;
const BEGINS = /^\s*\{\s*"type"\s*:\s*"(?:heartbeat|progress)"/;
const HEARTBEAT = /^\s*\{\s*"type"\s*:\s*"heartbeat"\s*\}\s*$/;
const PROGRESS = /^\s*\{\s*"type"\s*:\s*"progress"\s*,\s*"value"\s*:([^]*)\}\s*$/;
const NOTHING = Buffer.alloc(0);

/**
 * Takes what may come ahead of an answer, heartbeats and progress, off its front, part by part as it comes, and copies
 * nothing of what follows.
 */
export class PreludeSieve {
  /** The begin of a line that may belong to the prelude; undefined once something else began. */
  private begun: Buffer | undefined = NOTHING;

  /** @param onProgress gets the JSON text of each value that the agent reports */
  constructor(private readonly onProgress: (value: string) => void = () => undefined) {}

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
    if (!BEGINS.test(line.toString('latin1', 0, HEAD))) return false;
    const text = line.toString();
    if (HEARTBEAT.test(text)) return true;
    const value = PROGRESS.exec(text)?.[1]?.trim();
    if (value === undefined || !isProgress(value)) return false;
    this.onProgress(value);
    return true;
  }
}

function mayBeBegun(text: Buffer): boolean {
  return text.length < HEAD || (text.length <= LONGEST && BEGINS.test(text.toString('latin1', 0, HEAD)));
}

/** The text being JSON by itself proves that the line has no further field. */
function isProgress(value: string): boolean {
  try {
    return Buffer.byteLength(value) <= MAX_PROGRESS_BYTES && !isTooDeep(JSON.parse(value));
  } catch {
    return false;
  }
}
