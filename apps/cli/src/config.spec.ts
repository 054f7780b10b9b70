import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findConnection } from './config.js';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'af-cli-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const local = { url: 'http://127.0.0.1:7000', key: 'ak_local' };
const find = (given = {}, environment = {}) =>
  findConnection(given, { AGENTAINER_DATA: data, ...environment });
const write = (text: string) => writeFileSync(join(data, 'credentials.json'), text);

it('takes the local instance where nothing else is said', () => {
  expect(find()).toEqual({ url: 'http://127.0.0.1:8081', key: undefined });
  write(JSON.stringify(local));
  expect(find()).toEqual(local);
});

it('prefers the command line to the environment, and that to the file', () => {
  write(JSON.stringify(local));
  const environment = { AGENTAINER_URL: 'http://env', AGENTAINER_API_KEY: 'ak_env' };
  expect(find({}, environment)).toEqual({ url: 'http://env', key: 'ak_env' });
  expect(find({ url: 'http://flag', key: 'ak_flag' }, environment)).toEqual({
    url: 'http://flag',
    key: 'ak_flag',
  });
  expect(find({ key: 'ak_flag' })).toEqual({ url: local.url, key: 'ak_flag' });
});

it('never sends the key of the file to another server', () => {
  write(JSON.stringify(local));
  expect(find({ url: 'http://elsewhere' })).toEqual({ url: 'http://elsewhere', key: undefined });
  expect(find({}, { AGENTAINER_URL: 'http://elsewhere' }).key).toBeUndefined();
  expect(find({ url: local.url }).key).toBe('ak_local');
});

it.each(['', 'no json', '[]', 'null', '{"url":1}'])('does without a file that holds %j', (text) => {
  write(text);
  expect(find()).toEqual({ url: 'http://127.0.0.1:8081', key: undefined });
});
