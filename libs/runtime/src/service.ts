/** Something that is started once and stopped once. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  /** Resolves when everything the service held is given back. May be called twice, or before `start`. */
  stop(): Promise<void>;
}

/**
 * Several services as one: started in order, stopped in reverse. If one fails to start, those before it
 * are stopped again and the error is thrown.
 */
export class ServiceGroup implements Service {
  private readonly started: Service[] = [];
  private stopping: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly services: readonly Service[],
  ) {}

  async start(): Promise<void> {
    for (const service of this.services) {
      try {
        await service.start();
        this.started.push(service);
      } catch (error) {
        await service.stop().catch(() => undefined);
        await this.stop();
        throw error;
      }
    }
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
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
