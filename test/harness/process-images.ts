import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Settings with which the fake agent runs as a local process, by the image `fake`. @param directory for what is made */
export function processAgents(directory: string): Record<string, string> {
  const [program, path] = [join(directory, 'agent.mjs'), join(directory, 'images.json')];
  const bundler = join(ROOT, 'scripts/bundle-agent.mjs');
  execFileSync(process.execPath, [bundler, join(ROOT, 'libs/testing/src/fake-agent.ts'), program]);
  writeFileSync(path, JSON.stringify({ fake: [process.execPath, program] }));
  return { AGENTAINER_DRIVER: 'process', AGENTAINER_IMAGES: path };
}
