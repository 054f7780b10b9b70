import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Settings with which the fake agent runs as a local process, by the name of each of these images.
 * @param directory for what is made
 */
export function processAgents(directory: string, ...images: string[]): Record<string, string> {
  const [program, path] = [join(directory, 'agent.mjs'), join(directory, `${images.join('-')}.json`)];
  const bundler = join(ROOT, 'scripts/bundle-agent.mjs');
  execFileSync(process.execPath, [bundler, join(ROOT, 'libs/testing/src/fake-agent.ts'), program]);
  const command = [process.execPath, program];
  writeFileSync(path, JSON.stringify(Object.fromEntries(images.map((image) => [image, command]))));
  return { AGENTAINER_DRIVER: 'process', AGENTAINER_IMAGES: path };
}
