#!/usr/bin/env node
/**
 * Puts an agent and all it imports into one file, so that an image needs nothing but Node and that file:
 *
 *   node scripts/bundle-agent.mjs examples/word-count/src/agent.ts build/agent.mjs
 *
 * Works from sources: nothing has to be built before.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** CommonJS packages inside an ES module still call `require`. */
const BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * @param {string} entry path of the agent's main module, TypeScript or JavaScript
 * @param {string} outfile path of the `.mjs` file to write
 */
export async function bundleAgent(entry, outfile) {
  await build({
    entryPoints: [resolve(entry)],
    outfile: resolve(outfile),
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['agentainer-source'],
    banner: { js: BANNER },
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry, outfile] = process.argv.slice(2);
  if (!entry || !outfile) {
    console.error('usage: bundle-agent.mjs <entry> <outfile.mjs>');
    process.exit(2);
  }
  await bundleAgent(entry, outfile);
}
