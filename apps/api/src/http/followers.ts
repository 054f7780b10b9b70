import { UnavailableError } from '@agentainer/core';
import { Gauge, type Registry, type Service } from '@agentainer/runtime';

/** Clients that may follow something at once, at one server. */
export const MOST_FOLLOWERS = 200;

/** Who follows what goes on: so many at once, and not beyond the server's end. */
export class Followers implements Service {
  readonly name = 'followers';
  private readonly end = new AbortController();
  private count = 0;

  constructor(
    metrics: Registry,
    private readonly most = MOST_FOLLOWERS,
  ) {
    new Gauge({
      name: 'agentainer_log_followers',
      help: 'Clients that follow logs',
      registers: [metrics],
      collect: collecting(() => this.count),
    });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.end.abort();
    return Promise.resolve();
  }

  /** Follows until the work ends, the client goes away or the server stops. @throws {UnavailableError} where there are too many */
  async follow(gone: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.count >= this.most)
      throw new UnavailableError(`${this.most} clients follow logs already`, 5_000);
    this.count += 1;
    try {
      await work(AbortSignal.any([gone, this.end.signal]));
    } finally {
      this.count -= 1;
    }
  }
}

function collecting(count: () => number) {
  return function (this: Gauge): void {
    this.set(count());
  };
}
