#!/usr/bin/env node
/**
 * Gets a fresh clone ready, then runs a command:
 *
 *   node scripts/bootstrap.mjs node examples/word-count/dist/main.js
 *
 * Needs Node and, where something is missing, apt. Says one line for each thing it does, on standard error.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './bootstrap/compile.mjs';
import { lockDirectory } from './bootstrap/directory-lock.mjs';
import { installDebianPackages } from './bootstrap/debian-packages.mjs';
import { installNpmPackages } from './bootstrap/npm-packages.mjs';
import { runCommand } from './bootstrap/run-command.mjs';
import { SetupError, say } from './bootstrap/step.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const command = process.argv.slice(2);

try {
  const unlock = await lockDirectory(ROOT);
  try {
    await installNpmPackages(ROOT);
    await installDebianPackages();
    await compile(ROOT);
  } finally {
    unlock();
  }
  if (command.length > 0) process.exitCode = await runCommand(command, ROOT);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
