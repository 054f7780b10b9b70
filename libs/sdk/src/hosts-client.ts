import { hostListSchema, hostSchema } from '@agentainer/contracts';
import type { Transport } from './transport.js';

/** The hosts of an instance. */
export class HostsClient {
  constructor(private readonly transport: Transport) {}

  async list() {
    return (await this.transport.json({ method: 'GET', path: '/hosts' }, hostListSchema)).items;
  }

  /** Takes a host out of use: its agents end once their tasks have, and others do the work. Needs the scope `admin`. */
  drain(name: string) {
    return this.change(name, 'drain');
  }

  /** Puts a host that was drained to use again. Needs the scope `admin`. */
  resume(name: string) {
    return this.change(name, 'resume');
  }

  private change(name: string, change: 'drain' | 'resume') {
    const path = `/hosts/${encodeURIComponent(name)}/${change}`;
    return this.transport.json({ method: 'POST', path }, hostSchema);
  }
}
