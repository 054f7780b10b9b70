const NEWLINE = 0x0a;
/** No heartbeat is longer than that, in bytes. */
const LONGEST = 256;
const HEARTBEAT = /^\s*\{\s*"type"\s*:\s*"heartbeat"\s*\}\s*$/;
const NOTHING = Buffer.alloc(0);

/** Takes the heartbeats off the front of an answer, part by part as it comes, and copies nothing of what follows them. */
export class HeartbeatSieve {
  /** The begin of a line that may become a heartbeat; undefined once something else began. */
  private begun: Buffer | undefined = NOTHING;

  /** What a part holds beside heartbeats; it may hold it back until it is known. */
  take(part: Buffer): Buffer {
    if (!this.begun) return part;
    let rest = this.begun.length === 0 ? part : Buffer.concat([this.begun, part]);
    for (;;) {
      const end = rest.indexOf(NEWLINE);
      if (end < 0 && rest.length <= LONGEST) {
        this.begun = rest;
        return NOTHING;
      }
      if (end < 0 || end > LONGEST || !HEARTBEAT.test(rest.toString('latin1', 0, end))) {
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
}
