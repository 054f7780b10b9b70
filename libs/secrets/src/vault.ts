import { ConflictError, InvalidInputError, NotFoundError } from '@agentainer/core';
import type { SecretCipher } from './cipher.js';
import type { SealedSecret, SecretStore } from './ports.js';
import { SHORTEST_SECRET } from './redactor.js';

/** Bytes of one secret: room for a certificate with its chain. */
export const LONGEST_SECRET = 64 * 1_024;

/** The secrets of an instance. Without a key none can be put or told. */
export class Vault {
  constructor(
    private readonly store: SecretStore,
    private readonly cipher: SecretCipher | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws {InvalidInputError} @throws {ConflictError} where the instance has no key, or too many secrets */
  async put(name: string, value: string): Promise<Omit<SealedSecret, 'sealed'>> {
    const message = faultOf(value);
    if (message) throw new InvalidInputError([{ path: 'value', message }]);
    const sealed = this.keyed().seal(name, value);
    const updatedAt = this.now();
    await this.store.put({ name, sealed, updatedAt });
    return { name, updatedAt };
  }

  list(): Promise<Omit<SealedSecret, 'sealed'>[]> {
    return this.store.list();
  }

  /** @throws {NotFoundError} */
  async remove(name: string): Promise<void> {
    if (!(await this.store.remove(name))) throw new NotFoundError('secret', name);
  }

  /** @throws {NotFoundError} @throws {ConflictError} where the instance has no key @throws {UnavailableError} where it has another one */
  async reveal(name: string): Promise<string> {
    const secret = await this.store.get(name);
    if (!secret) throw new NotFoundError('secret', name);
    return this.keyed().open(name, secret.sealed);
  }

  private keyed(): SecretCipher {
    if (!this.cipher)
      throw new ConflictError('secrets need a key: AGENTAINER_SECRETS_KEY or AGENTAINER_SECRETS_KEY_FILE');
    return this.cipher;
  }
}

function faultOf(value: string): string | undefined {
  if (value.length < SHORTEST_SECRET)
    return `must have at least ${SHORTEST_SECRET} characters: a shorter one could not be told from other text`;
  return Buffer.byteLength(value) > LONGEST_SECRET ? `must have at most ${LONGEST_SECRET} bytes` : undefined;
}
