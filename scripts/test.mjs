#!/usr/bin/env node
/** Runs all tests: unit, and with a real Redis and a real container engine. Arguments go to jest. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const jest = spawn(
  process.execPath,
  [...options, 'node_modules/jest/bin/jest.js', '--config', 'jest.config.cjs', ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: options.join(' ') } },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
