/** Something that is started once and stopped once. */
export interface Service {
  readonly name: string;
  /** @param stopping aborts where nobody needs the start any more: one that waits ends early then, and quietly. */
  start(stopping?: AbortSignal): Promise<void>;
  /** Resolves when everything the service held is given back. May be called twice, or before `start`. */
  stop(): Promise<void>;
}

/**
 * Several services as one: started in order, stopped in reverse. If one fails to start, it and those before
 * it are stopped again and the error is thrown. A stop during the start tells the service that is being
 * started, lets it finish, and starts no more.
 */
export class ServiceGroup implements Service {
  private readonly started: Service[] = [];
  private readonly abort = new AbortController();
  private starting: Promise<void> | undefined;
  private current: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly services: readonly Service[],
  ) {}

  start(stopping?: AbortSignal): Promise<void> {
    const own = this.abort.signal;
    this.starting ??= this.startAll(stopping ? AbortSignal.any([stopping, own]) : own);
    return this.starting;
  }

  stop(): Promise<void> {
    this.abort.abort();
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async startAll(stopping: AbortSignal): Promise<void> {
    for (const service of this.services) {
      if (stopping.aborted) return;
      this.started.push(service);
      this.current = service.start(stopping);
      try {
        await this.current;
      } catch (error) {
        await this.stop().catch(() => undefined);
        throw error;
      }
    }
  }

  private async stopAll(): Promise<void> {
    await this.current?.catch(() => undefined);
    const errors: unknown[] = [];
    for (const service of this.started.reverse()) {
      await service.stop().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, `${this.name} did not stop cleanly`);
  }
}

/** Something that needs no start, but an end after everything that uses it. */
export function closing(name: string, stop: () => Promise<void>): Service {
  return { name, start: () => Promise.resolve(), stop };
}
