import { validateDefinition } from '@agentainer/core';
import { ItemAccess } from './item-access.js';

const access = new ItemAccess({
  urls: ['https://data.example/lists/', 'http://intranet:8080', 'https://data.example/one.json'],
  files: ['/srv/items'],
});

it.each([
  ['https://data.example/lists/a.json', true],
  ['https://data.example:443/lists/a.json?day=1', true],
  ['https://data.example/one.json', true],
  ['http://intranet:8080/any/%2f', true],
  ['https://data.example/lists', false],
  ['https://data.example/lists/../secret', false],
  ['https://data.example/lists/%2e%2e/secret', false],
  ['https://data.example/lists/..%2fsecret', false],
  ['https://data.example/lists/..\\..\\secret', false],
  ['https://data.example/one.json.bak', false],
  ['http://data.example/lists/a.json', false],
  ['https://data.example:8443/lists/a.json', false],
  ['https://data.example.evil/lists/a.json', false],
  ['https://data.example@evil/lists/a.json', false],
  ['http://intranet:80801/', false],
])('%s: %s', (url, allowed) => {
  expect(URL.canParse(url) && access.allowsUrl(new URL(url))).toBe(allowed);
});

it.each([
  ['/srv/items/a.csv', true],
  ['/srv/items/./b/../a.csv', true],
  ['/srv/items', false],
  ['/srv/items/../secret', false],
  ['/srv/items-of-others/a.csv', false],
  ['/etc/passwd', false],
])('%s: %s', (path, allowed) => {
  expect(access.allowsFile(path)).toBe(allowed);
});

it('allows nothing unless it is told', () => {
  const map = (name: string, items: object) => ({ type: 'map', name, image: 'x', items });
  const definition = validateDefinition({
    name: 'w',
    steps: [
      map('a', { url: 'https://data.example/lists/a.json' }),
      map('b', { file: '/srv/items/b.csv' }),
      map('c', { input: '/c' }),
    ],
  });
  expect(access.faults(definition)).toEqual([]);
  const none = new ItemAccess({ urls: [], files: [] });
  expect(none.faults(definition).map((fault) => fault.path)).toEqual([
    'steps[0].items.url',
    'steps[1].items.file',
  ]);
});
