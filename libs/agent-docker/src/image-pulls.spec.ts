import type Docker from 'dockerode';
import { ImagePulls } from './image-pulls.js';

/** An engine that pulls until it is told how that ended. */
function engine() {
  const asked: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const docker = {
    pull: (reference: string) => Promise.resolve(void asked.push(reference)),
    modem: {
      followProgress: (_: unknown, end: (error: Error | null) => void) => ends.push((e) => end(e ?? null)),
    },
  };
  return { asked, ends, pulls: new ImagePulls(docker as unknown as Docker, undefined) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('pulls an image only once at a time, and its latest tag where none is named', async () => {
  const { asked, ends, pulls } = engine();
  const pulling = Promise.all([
    pulls.pull('a.example:5000/x'),
    pulls.pull('a.example:5000/x'),
    pulls.pull('y:2'),
  ]);
  await turn();
  expect(asked).toEqual(['a.example:5000/x:latest', 'y:2']);
  ends.forEach((end) => end());
  await pulling;
  const again = pulls.pull('y:2');
  await turn();
  expect(asked).toHaveLength(3);
  ends.at(-1)!();
  await again;
});

it.each([
  ['manifest for x:1 not found: manifest unknown', 'IMAGE_NOT_FOUND'],
  ['received unexpected HTTP status: 500', 'IMAGE_PULL_FAILED'],
])('tells how a pull failed: %s', async (message, code) => {
  const { ends, pulls } = engine();
  const pulling = pulls.pull('x:1');
  await turn();
  ends[0]!(new Error(message));
  await expect(pulling).rejects.toMatchObject({ code, message: expect.stringContaining('x:1') });
});
