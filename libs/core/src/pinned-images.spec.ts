import { digestOf, imagesOf, pinImages } from './pinned-images.js';
import { poolsOf } from './pool-spec.js';
import { validateDefinition } from './validate-definition.js';

const definition = validateDefinition({
  name: 'w',
  steps: [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'y', depends_on: ['a'] },
    { name: 'c', image: 'x', depends_on: ['b'] },
    { type: 'wait', name: 'd', sleep: '1s' },
  ],
});
const digests = (of: Record<string, string>) => new Map(Object.entries(of));

it('finds each image once', () => {
  expect(imagesOf(definition)).toEqual(['x', 'y']);
});

it('has steps go by what their images are, and by nothing else than that', () => {
  const first = pinImages(definition, digests({ x: 'sha256:1', y: 'sha256:2' }));
  expect(first.steps.map(digestOf)).toEqual(['sha256:1', 'sha256:2', 'sha256:1', undefined]);
  const later = pinImages(first, digests({ x: 'sha256:3' }));
  expect(later.steps.map(digestOf)).toEqual(['sha256:3', undefined, 'sha256:3', undefined]);
  expect(pinImages(later, digests({}))).toEqual(definition);
});

it('gives each content of an image pools of its own', () => {
  const images: Record<string, string>[] = [{}, { x: 'sha256:1' }, { x: 'sha256:2' }];
  const ids = images.flatMap((of) => poolsOf(pinImages(definition, digests(of))).map((pool) => pool.id));
  expect(new Set(ids).size).toBe(4);
  expect(poolsOf(pinImages(definition, digests({ x: 'sha256:1' })))[0]).toMatchObject({
    image: 'x',
    digest: 'sha256:1',
  });
});

it('cannot be said by whoever writes a definition', () => {
  const step = { name: 'a', image: 'x', digest: 'sha256:1' };
  expect(() => validateDefinition({ name: 'w', steps: [step] })).toThrow(/digest/);
});
