import { setImmediate as settled } from 'node:timers/promises';

/** What may happen to a call of a process: named by the point it happens at, as in `crash after runs.apply`. */
export type CallFault = 'crash before' | 'crash after' | 'sent twice';

/** The process was killed: whatever it still wanted to do, it does not. */
export class KilledError extends Error {}

interface Call {
  process: Process;
  point: string;
  work: () => Promise<unknown>;
  resolve: (answer: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Lets the calls of all processes through one at a time, in an order that follows from the seed alone, so that
 * whatever happens happens again with the same seed.
 */
export class Turns {
  /** What was let through, for the message of a failure. */
  readonly log: string[] = [];
  private readonly waiting: Call[] = [];
  /** Calls that wait for time to pass. */
  private resting: Call[] = [];

  constructor(private readonly random: Random) {}

  get length(): number {
    return this.waiting.length;
  }

  wait(call: Call): void {
    this.waiting.push(call);
  }

  rest(call: Call): void {
    this.resting.push(call);
  }

  /** Who waited for that goes on. */
  letTimePass(): void {
    this.waiting.push(...this.resting);
    this.resting = [];
  }

  /** Ends what still waits: nobody looks on any more. */
  end(): void {
    for (const { reject } of [...this.waiting, ...this.resting]) reject(new KilledError());
    this.waiting.length = 0;
    this.resting = [];
  }

  /** Lets one call through, whole or with a fault. */
  async next(fault?: CallFault): Promise<void> {
    const [call] = this.waiting.splice(this.random.below(this.waiting.length), 1);
    const { process, point } = call!;
    this.log.push(`${process.name}: ${fault ? `${fault} ` : ''}${point}`);
    try {
      if (fault === 'crash before') this.kill(process, call!);
      else {
        let answer = await call!.work();
        if (fault === 'sent twice') answer = await call!.work();
        if (fault === 'crash after') this.kill(process, call!);
        else call!.resolve(answer);
      }
    } catch (error) {
      call!.reject(error);
    }
    // Everything that the answer sets in motion has come to its next call by then.
    await settled();
  }

  private kill(process: Process, call: Call): void {
    process.isDead = process.isMortal;
    if (!process.isMortal) return call.reject(new KilledError());
    const its = [...this.waiting, ...this.resting].filter((c) => c.process === process);
    for (const other of its.filter((c) => this.waiting.includes(c)))
      this.waiting.splice(this.waiting.indexOf(other), 1);
    this.resting = this.resting.filter((c) => c.process !== process);
    for (const { reject } of [call, ...its]) reject(new KilledError());
  }
}

/** One life of a process: killed, it does nothing more, and another one takes its place. */
export class Process {
  isDead = false;

  constructor(
    readonly name: string,
    private readonly turns: Turns,
    /** Without, what is killed is only who called. */
    readonly isMortal = true,
  ) {}

  /** Does the work when it is its turn. */
  call<T>(point: string, work: () => Promise<T>): Promise<T> {
    if (this.isDead) return Promise.reject(new KilledError());
    return new Promise<T>((resolve, reject) =>
      this.turns.wait({ process: this, point, work, resolve: resolve as Call['resolve'], reject }),
    );
  }

  /** Goes on when time has passed. */
  pause(): Promise<void> {
    if (this.isDead) return Promise.reject(new KilledError());
    return new Promise<void>((resolve, reject) =>
      this.turns.rest({
        process: this,
        point: 'goes on',
        work: () => Promise.resolve(),
        resolve: resolve as Call['resolve'],
        reject,
      }),
    );
  }

  /** The port, each method of which waits for its turn. */
  through<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const method = Reflect.get(target, key) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => this.call(`${name}.${String(key)}`, () => method.apply(target, args));
      },
    });
  }
}

/** Numbers that follow from a seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }
}
