import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCredentials, writeCredentials } from './credentials.js';

describe('credentials', () => {
  let directory: string;
  const path = () => join(directory, 'data', 'credentials.json');
  const credentials = { url: 'http://127.0.0.1:1', key: 'ak_x' };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'af-credentials-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('are for their owner alone, also where the file was there before', () => {
    writeCredentials(path(), credentials);
    writeCredentials(path(), { ...credentials, key: 'ak_y' });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readCredentials(path())).toEqual({ ...credentials, key: 'ak_y' });
    expect(readdirSync(join(directory, 'data'))).toEqual(['credentials.json']);
  });

  it.each(['', '{', '[]', '{"url":"http://x"}', '{"url":1,"key":2}'])(
    'are none where the file holds %j',
    (text) => {
      writeCredentials(path(), credentials);
      writeFileSync(path(), text);
      expect(readCredentials(path())).toBeUndefined();
    },
  );

  it('are none where there is no file', () => {
    expect(readCredentials(path())).toBeUndefined();
  });
});
