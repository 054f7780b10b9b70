import { mustRun } from './step.mjs';

/** Compiles what changed since the last time. */
export async function compile(root) {
  await mustRun(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
}
