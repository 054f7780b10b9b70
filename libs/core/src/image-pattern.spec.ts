import { fitsImagePattern } from './image-pattern.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('the pattern of an image', () => {
  it.each([
    ['scraper', 'scraper'],
    ['scraper:latest', 'scraper'],
    [`scraper@${digest}`, 'scraper'],
    [`scraper:1@${digest}`, 'scraper'],
    ['scraper:1', 'scraper:1'],
    ['scraper:1.2', 'scraper:1.*'],
    ['registry.example/team/app:1', 'registry.example/team/*'],
    ['registry.example:5000/team/app', 'registry.example:5000/team/*'],
    ['registry.example/team/a/b:1', 'registry.example/team/**'],
    ['registry.example/team/a/b/c:1', 'registry.example/**/c'],
    ['anything/at:all', '**'],
  ])('lets "%s" pass as "%s"', (image, pattern) => {
    expect(fitsImagePattern(image, pattern)).toBe(true);
  });

  it.each([
    ['scraper2', 'scraper'],
    ['my/scraper', 'scraper'],
    ['scraper:2', 'scraper:1'],
    ['scraper', 'scraper:1'],
    ['registry.example/team/a/b', 'registry.example/team/*'],
    ['registryXexample/team/a', 'registry.example/team/*'],
    ['evil.example/registry.example/team/a', 'registry.example/team/*'],
    ['registry.example/team', 'registry.example/team/*'],
    ['docker.io/library/scraper', 'scraper'],
    ['scraper:1:2', 'scraper'],
    ['a/scraper', '*'],
  ])('does not let "%s" pass as "%s"', (image, pattern) => {
    expect(fitsImagePattern(image, pattern)).toBe(false);
  });
});
