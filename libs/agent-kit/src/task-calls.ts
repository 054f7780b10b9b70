import type { StateAnswer, TaskContext } from '@agentainer/contracts';
import type { GatewayClient } from './gateway-client.js';

/** The calls that an attempt makes at the gateway, numbered alike in every attempt of its task. */
export class TaskCalls {
  private count = 0;
  private readonly credential: string;

  constructor(
    private readonly gateway: GatewayClient,
    task: Pick<TaskContext, 'id' | 'token'>,
    private readonly signal: AbortSignal,
  ) {
    this.credential = `${task.id}:${task.token}`;
  }

  /** The number is taken when the call is made, so that calls made side by side keep their order in each attempt. */
  make(path: string, call: object): Promise<StateAnswer> {
    this.count += 1;
    return this.ask(path, { seq: this.count, ...call });
  }

  /** A call that changes nothing, and so has no number. */
  ask(path: string, call: object): Promise<StateAnswer> {
    return this.gateway.call(path, this.credential, JSON.stringify(call), this.signal);
  }
}
