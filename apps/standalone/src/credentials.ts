import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How a client on this machine reaches the API. */
export interface Credentials {
  url: string;
  key: string;
}

/** The credentials in a file; undefined where it is missing or not of this form. */
export function readCredentials(path: string): Credentials | undefined {
  try {
    const { url, key } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Credentials>;
    return typeof url === 'string' && typeof key === 'string' ? { url, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes credentials for their owner alone; a reader sees the old ones or the new ones. */
export function writeCredentials(path: string, credentials: Credentials): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
