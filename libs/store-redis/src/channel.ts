import type { Redis } from 'ioredis';

/** One channel of Redis, with listeners of this process. Messages may be lost while Redis is away. */
export class Channel {
  private readonly listeners = new Set<(message: string) => void>();
  private subscription: Promise<unknown> | undefined;

  constructor(
    private readonly subscriber: Redis,
    private readonly name: string,
  ) {}

  listen(listener: (message: string) => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.open();
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.close();
    };
  }

  /** Resolves when messages are certain to arrive; at once where nobody listens. */
  async ready(): Promise<void> {
    await this.subscription;
  }

  private readonly forward = (channel: string, message: string) => {
    if (channel !== this.name) return;
    for (const listener of this.listeners) listener(message);
  };

  private open(): void {
    this.subscriber.on('message', this.forward);
    this.subscription = this.subscriber.subscribe(this.name);
    // Whoever awaits ready() learns of it; without anybody there it must not end the process.
    this.subscription.catch(() => undefined);
  }

  private close(): void {
    this.subscriber.off('message', this.forward);
    this.subscription = undefined;
    this.subscriber.unsubscribe(this.name).catch(() => undefined);
  }
}
