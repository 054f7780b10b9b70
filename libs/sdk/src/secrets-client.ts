import { secretDeletionSchema, secretListSchema, secretSchema } from '@agentainer/contracts';
import type { Transport } from './transport.js';

/** Secrets of an instance; a key with the scope `admin` is needed. */
export class SecretsClient {
  constructor(private readonly transport: Transport) {}

  /** By name, without their values: nothing shows those again. */
  async list() {
    return (await this.transport.json({ method: 'GET', path: '/secrets' }, secretListSchema)).items;
  }

  /** Puts a secret in the place of the one of its name; tasks that ask from now on get this one. */
  put(name: string, value: string) {
    return this.transport.json({ method: 'PUT', path: pathOf(name), body: { value } }, secretSchema);
  }

  remove(name: string) {
    return this.transport.json({ method: 'DELETE', path: pathOf(name) }, secretDeletionSchema);
  }
}

function pathOf(name: string): string {
  return `/secrets/${encodeURIComponent(name)}`;
}
