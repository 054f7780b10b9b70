import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, say } from './step.mjs';

/** Compiles what changed since the last time. */
export async function compile(root) {
  if (!existsSync(join(root, 'libs/core/dist'))) say('compiles the packages');
  await mustRun(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
}
