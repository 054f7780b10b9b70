import type { SealedSecret, SecretStore } from '@agentainer/secrets';

/** Sealed secrets in memory. */
export class FakeSecretStore implements SecretStore {
  private readonly secrets = new Map<string, SealedSecret>();

  put(secret: SealedSecret): Promise<void> {
    this.secrets.set(secret.name, secret);
    return Promise.resolve();
  }

  get(name: string): Promise<SealedSecret | undefined> {
    return Promise.resolve(this.secrets.get(name));
  }

  list(): Promise<Omit<SealedSecret, 'sealed'>[]> {
    const all = [...this.secrets.values()].map(({ name, updatedAt }) => ({ name, updatedAt }));
    return Promise.resolve(all.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  remove(name: string): Promise<boolean> {
    return Promise.resolve(this.secrets.delete(name));
  }
}
