import { z } from 'zod';
import { readConfig } from './config.js';
import { ITEM_SETTINGS, itemSettings } from './item-settings.js';

const read = (environment: NodeJS.ProcessEnv) =>
  itemSettings(readConfig(z.object(ITEM_SETTINGS), environment));

it('allows nothing by default', () => {
  expect(read({})).toEqual({ urls: [], files: [] });
});

it('reads lists', () => {
  const settings = read({
    AGENTAINER_ITEM_URLS: 'https://a.example/lists/, http://b:8080',
    AGENTAINER_ITEM_FILES: '/srv/items,/data/../data/x',
  });
  expect(settings).toEqual({
    urls: ['https://a.example/lists/', 'http://b:8080'],
    files: ['/srv/items', '/data/x'],
  });
});

it.each([
  [{ AGENTAINER_ITEM_URLS: 'a.example' }],
  [{ AGENTAINER_ITEM_URLS: 'file:///srv' }],
  [{ AGENTAINER_ITEM_URLS: 'https://name:word@a.example' }],
  [{ AGENTAINER_ITEM_URLS: 'https://a.example/?list' }],
  [{ AGENTAINER_ITEM_FILES: 'items' }],
])('refuses %j', (environment) => {
  expect(() => read(environment)).toThrow(Object.keys(environment)[0]);
});
