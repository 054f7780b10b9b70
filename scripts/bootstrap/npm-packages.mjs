import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, say, SetupError } from './step.mjs';

/** `npm ci`, unless node_modules holds what package-lock.json says. */
export async function installNpmPackages(root) {
  requireNode(root);
  if (isInstalled(root)) return;
  say('installs the npm packages');
  await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: root });
}

function requireNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = /(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  throw new SetupError(`Node ${engines.node} is needed, this is ${process.versions.node}`);
}

/** npm writes down what it installed as its last act; compared package by package. */
function isInstalled(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const installed = found[path];
    if (!installed) return entry.optional === true;
    return installed.version === entry.version && installed.resolved === entry.resolved;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}
