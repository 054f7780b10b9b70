import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsFor } from './registry-credentials.js';

const directory = mkdtempSync(join(tmpdir(), 'af-auth-'));
afterAll(() => rmSync(directory, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const path = join(directory, 'auth.json');
const auths = {
  'registry.example': { auth: base64('ada:pass:word') },
  'localhost:5000': { username: 'bob', password: 'secret' },
  'https://tokens.example': { auth: '', identitytoken: 'token' },
  'https://index.docker.io/v1/': { auth: base64('eve:x') },
  'odd.example': { auth: base64('no colon') },
};
beforeEach(() => writeFileSync(path, JSON.stringify({ auths })));

it.each([
  [
    'registry.example/team/scraper:1',
    { username: 'ada', password: 'pass:word', serveraddress: 'registry.example' },
  ],
  ['localhost:5000/x', { username: 'bob', password: 'secret', serveraddress: 'localhost:5000' }],
  ['tokens.example/x@sha256:1', { identitytoken: 'token', serveraddress: 'tokens.example' }],
  ['scraper', { username: 'eve', password: 'x', serveraddress: 'https://index.docker.io/v1/' }],
  ['team/scraper:2', { username: 'eve', password: 'x', serveraddress: 'https://index.docker.io/v1/' }],
  ['other.example/x', undefined],
  ['odd.example/x', undefined],
])('are those of the registry that %s is of', async (image, credentials) => {
  expect(await credentialsFor(image, path)).toEqual(credentials);
});

it.each(['{"auths": {"registry.example": {"auth": "c2VjcmV0OnNlY3JldA=="}', ''])(
  'are not there where the file cannot be read, of which nothing is told',
  async (text) => {
    writeFileSync(path, text);
    const error = await credentialsFor('registry.example/x', path).catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ code: 'IMAGE_PULL_FAILED' });
    expect(String(error)).not.toContain('c2Vj');
    await expect(credentialsFor('x', join(directory, 'none'))).rejects.toThrow('ENOENT');
  },
);
