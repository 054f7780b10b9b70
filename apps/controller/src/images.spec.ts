import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImages } from './images.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'af-images-'));
});
afterEach(() => rm(home, { recursive: true }));

it('reads which program each image stands for', async () => {
  const path = join(home, 'images.json');
  await writeFile(path, '{"scraper:latest": ["node", "scraper.js"]}');
  expect(await readImages(path)).toEqual({ 'scraper:latest': ['node', 'scraper.js'] });
});

it.each(['', '[]', '{"a": "node"}', '{"a": []}', '{"a": [1]}'])(
  'names the file where it holds %p',
  async (text) => {
    const path = join(home, 'images.json');
    await writeFile(path, text);
    await expect(readImages(path)).rejects.toThrow(path);
  },
);

it('names the file where it is missing', async () => {
  await expect(readImages(join(home, 'none.json'))).rejects.toThrow('none.json');
});
