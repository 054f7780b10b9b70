import {
  poolDetailsSchema,
  poolListSchema,
  type ResizePoolRequest,
  type WarmPoolRequest,
} from '@agentainer/contracts';
import type { Transport } from './transport.js';

/** Pools of warm agents, on all hosts. What changes them needs a key with the scope `admin`. */
export class PoolsClient {
  constructor(private readonly transport: Transport) {}

  /** Each pool on each host. */
  async list() {
    return (await this.transport.json({ method: 'GET', path: '/pools' }, poolListSchema)).items;
  }

  get(id: string) {
    return this.transport.json({ method: 'GET', path: pathOf(id) }, poolDetailsSchema);
  }

  /** The pool gives up its agents, those that work after their tasks, and gets no others. */
  drain(id: string) {
    return this.ask(id, 'drain');
  }

  /** Undoes {@link drain}. */
  resume(id: string) {
    return this.ask(id, 'resume');
  }

  /** Has so many agents kept for so long, however few are needed; 0 ends that. */
  warm(id: string, request: WarmPoolRequest) {
    return this.ask(id, 'warm', request);
  }

  /** Sizes that count in place of those of the definition; null gives the definition's back. */
  resize(id: string, request: ResizePoolRequest) {
    return this.ask(id, 'resize', request);
  }

  private ask(id: string, what: string, body?: WarmPoolRequest | ResizePoolRequest) {
    return this.transport.json({ method: 'POST', path: `${pathOf(id)}/${what}`, body }, poolDetailsSchema);
  }
}

function pathOf(id: string): string {
  return `/pools/${encodeURIComponent(id)}`;
}
