import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const APT = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120'];
/** `python3-minimal` has not all of the standard library. */
const PACKAGE = 'python3';

/** Python, for the tests of its agent kit: installed where it is missing and this user may. */
export default function setUp() {
  if (isThere()) return;
  if (process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.warn('tests of the Python agent kit cannot run: there is no python3 with its standard library');
    return;
  }
  const options = {
    stdio: 'ignore',
    timeout: 240_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  execFileSync('apt-get', ['update', ...APT], options);
  execFileSync('apt-get', ['install', '--no-install-recommends', ...APT, PACKAGE], options);
}

function isThere() {
  try {
    execFileSync('python3', ['-c', 'import asyncio, http.client, json'], {
      stdio: 'ignore',
      timeout: 30_000,
    });
    return true;
  } catch {
    return false;
  }
}
