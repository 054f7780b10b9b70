import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from './engine.js';
import { EngineImages } from './engine-images.js';
import { TestRegistry, USER } from './registry.fixture.js';

const engineSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const ONCE = { always: false };

// A registry on the engine's own loopback interface takes the rights to get there.
if (!engineSocket || process.getuid?.() !== 0) it.skip('needs a container engine, and root', () => undefined);
else {
  const docker = connectEngine(engineSocket);
  const home = mkdtempSync(join(tmpdir(), 'af-registry-'));
  const authFile = join(home, 'auth.json');
  let registry: TestRegistry;
  let images: EngineImages;
  let count = 0;

  beforeAll(async () => {
    registry = await TestRegistry.start(docker, engineSocket, home);
    images = new EngineImages(docker, authFile);
  }, 60_000);
  beforeEach(() => credentials(USER.password));
  afterAll(() => {
    registry?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  function credentials(password: string): void {
    const auth = Buffer.from(`${USER.username}:${password}`).toString('base64');
    writeFileSync(authFile, JSON.stringify({ auths: { [registry.address]: { auth } } }));
  }
  const publish = (content: string, name = `team/image-${count++}:1`) =>
    registry.publish(name, content, home);

  describe('images', () => {
    it('are pulled where they are not here, with the credentials of their registry', async () => {
      const image = await publish('one');
      expect(await images.digestOf(image)).toBeUndefined();
      await Promise.all([images.pull(image, ONCE), images.pull(image, ONCE)]);
      expect(await images.digestOf(image)).toMatch(/^sha256:/);
      credentials('wrong');
      await images.pull(image, ONCE);
    }, 60_000);

    it('are not pulled with wrong credentials, of which nothing is told', async () => {
      const image = await publish('two');
      credentials('wrong horse');
      const error = await images.pull(image, ONCE).catch((e: unknown) => e as Error);
      expect(error).toMatchObject({ code: 'IMAGE_PULL_FAILED' });
      expect(String(error)).not.toContain('wrong horse');
    }, 60_000);

    it('are told apart that their registry does not have', async () => {
      const missing = images.pull(`${registry.address}/team/nothing:1`, ONCE);
      await expect(missing).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
      await expect(images.pull('a/../b', ONCE)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    }, 60_000);

    it('are looked for anew where they always are, and kept else', async () => {
      const image = await publish('three', 'team/moving:1');
      await images.pull(image, ONCE);
      const [reference, first] = [(await images.find(image)).id, await images.digestOf(image)];
      await docker.getImage(reference).tag({ repo: 'kept', tag: 'three' });
      await publish('four', 'team/moving:1');
      await docker.getImage('kept:three').tag({ repo: image.replace(/:1$/, ''), tag: '1' });
      await images.pull(image, ONCE);
      expect((await images.find(image)).id).toBe(reference);
      await images.pull(image, { always: true });
      expect(await images.digestOf(image)).not.toBe(first);
    }, 60_000);

    it('are pulled as what they were, where that is wanted', async () => {
      const image = await publish('five', 'team/pinned:1');
      await images.pull(image, ONCE);
      const digest = (await images.digestOf(image))!;
      await docker.getImage(image).remove({ force: true });
      await publish('six', 'team/pinned:1');
      await expect(images.find(image, digest)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
      await images.pull(image, { digest, always: false });
      expect((await images.find(image, digest)).reference).toContain(`@${digest}`);
    }, 60_000);
  });
}
