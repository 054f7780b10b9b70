import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretCipher } from '@agentainer/secrets';
import { secretsKeyFile } from './secrets-key.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'af-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('makes a key once, for its owner alone', () => {
  const data = join(directory, 'data');
  const path = secretsKeyFile(data);
  const key = readFileSync(path, 'utf8');
  expect(() => SecretCipher.ofText(key)).not.toThrow();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(secretsKeyFile(data), 'utf8')).toBe(key);
  expect(readdirSync(data)).toEqual(['secrets.key']);
});
