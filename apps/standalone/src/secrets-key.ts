import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretCipher } from '@agentainer/secrets';

/** The file with the key that this instance's secrets are sealed with; it is made where there is none. */
export function secretsKeyFile(dataDirectory: string): string {
  const path = join(dataDirectory, 'secrets.key');
  if (existsSync(path)) return path;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${SecretCipher.newKey()}\n`, { mode: 0o600 });
  try {
    // Unlike a renaming it leaves a key alone that somebody made meanwhile.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return path;
}
