import type { Service } from '@agentainer/runtime';

/** A service that can be made only once those before it have started: made and started by `start`. */
export class LateService<T extends Service> implements Service {
  private service: T | undefined;

  constructor(
    readonly name: string,
    private readonly make: () => Promise<T> | T,
  ) {}

  /** The service. @throws before it was made */
  get made(): T {
    if (!this.service) throw new Error(`${this.name} has not started`);
    return this.service;
  }

  async start(stopping?: AbortSignal): Promise<void> {
    this.service = await this.make();
    await this.service.start(stopping);
  }

  async stop(): Promise<void> {
    await this.service?.stop();
  }
}
