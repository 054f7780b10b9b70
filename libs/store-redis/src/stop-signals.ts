import type { StopSignals } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { Channel } from './channel.js';
import type { Keys } from './keys.js';

/** Hears from Redis of steps whose attempts are to stop: one subscription for a whole process. */
export class RedisStopSignals implements StopSignals {
  private readonly channel: Channel;
  /** By `<run>|<step>`, as messages name them. */
  private readonly listeners = new Map<string, Set<() => void>>();

  /** @param subscriber a connection that only listens; it may be shared, and ends the listening when it closes. */
  constructor(subscriber: Redis, keys: Keys) {
    this.channel = new Channel(subscriber, keys.stops());
    this.channel.listen((message) => this.listeners.get(message)?.forEach((listener) => listener()));
  }

  /** Resolves when messages are certain to arrive. */
  ready(): Promise<void> {
    return this.channel.ready();
  }

  onStop(runId: string, step: string, listener: () => void): () => void {
    const name = `${runId}|${step}`;
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(name) === listeners) this.listeners.delete(name);
    };
  }
}
