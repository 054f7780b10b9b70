import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { UnavailableError } from '@agentainer/core';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** What GCM is made for (NIST SP 800-38D, 8.2.2: a random one, for fewer than 2^32 values under one key). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** The key that secrets are sealed with is of another length than it must be, or cannot be read. */
export class SecretKeyError extends Error {}

/** For a process whose settings may have no key. @throws {SecretKeyError} where it has one that is none */
export function cipherOf(key: string | undefined): SecretCipher | undefined {
  return key === undefined ? undefined : SecretCipher.ofText(key);
}

/**
 * Seals secrets with AES-256-GCM. A sealed value is bound to the name of its secret, so that nobody who can write to
 * the store can put one in the place of another, and says by a short hash with which key it was sealed.
 */
export class SecretCipher {
  private readonly keyId: string;

  /** @throws {SecretKeyError} where the key is not 32 bytes long */
  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new SecretKeyError(`the key of secrets must have ${KEY_BYTES} bytes, and has ${key.length}`);
    this.keyId = createHash('sha256').update('agentainer-secrets-key').update(key).digest('hex').slice(0, 8);
  }

  /** A key as people write it: 32 bytes in base64 or in hexadecimal digits. @throws {SecretKeyError} */
  static ofText(text: string): SecretCipher {
    const trimmed = text.trim();
    const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
    return new SecretCipher(Buffer.from(trimmed, isHex ? 'hex' : 'base64'));
  }

  static newKey(): string {
    return randomBytes(KEY_BYTES).toString('base64');
  }

  seal(name: string, value: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(Buffer.from(name));
    const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return [VERSION, this.keyId, Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')].join(
      '.',
    );
  }

  /** @throws {UnavailableError} where it was sealed with another key, or changed since */
  open(name: string, sealed: string): string {
    const [version, keyId, body = ''] = sealed.split('.');
    if (version !== VERSION || keyId !== this.keyId)
      throw new UnavailableError(`the secret ${name} was sealed with another key than this process has`);
    const bytes = Buffer.from(body, 'base64');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(ALGORITHM, this.key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
      const text = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new UnavailableError(`the secret ${name} is not as it was sealed`, undefined, { cause: error });
    }
  }
}
