import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineAnswers } from './engine-answers.mjs';
import { run, say, SetupError } from './step.mjs';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const APT = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120'];
const ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
/** Other runs of apt hold its lists for a while. */
const UPDATE_TRIES = 12;
const UPDATE_PAUSE_MS = 5_000;

/** Installs what is missing from Debian's packages: Redis, and a container engine where one can be run. */
export async function installDebianPackages() {
  const isRoot = process.getuid?.() === 0;
  const required = isInstalled('redis-server') ? [] : ['redis-server'];
  const wanted = [...required, ...(await enginePackages(isRoot))];
  if (wanted.length === 0) return;
  if (!isRoot || !isInstalled('apt-get')) return explain(required);
  say(`installs ${wanted.join(', ')} from the system's packages`);
  if (!(await install(wanted))) return;
  const failure = await install(required);
  if (failure) throw new SetupError(`apt-get could not install ${required.join(', ')}:\n${failure}`);
  say('a container engine could not be installed: agents will be local processes');
}

function explain(required) {
  if (required.length === 0) return;
  const hint = `install it first: sudo apt-get install ${required.join(' ')}`;
  throw new SetupError(`${required.join(', ')} is not installed, and only root can install it; ${hint}`);
}

/** Nothing where an engine answers already; and only root can start one. */
async function enginePackages(isRoot) {
  if (await engineAnswers()) return [];
  if (!isRoot) {
    say('no container engine answers, and only root can start one: agents will be local processes');
    return [];
  }
  const packages = { dockerd: 'docker.io', busybox: 'busybox-static' };
  return Object.keys(packages)
    .filter((program) => !isInstalled(program))
    .map((program) => packages[program]);
}

function isInstalled(program) {
  return DIRECTORIES.some((directory) => existsSync(join(directory, program)));
}

/** Undefined, or what apt said when it failed. The lists may be missing or old: then once more with new ones. */
async function install(packages) {
  if (packages.length === 0) return undefined;
  const args = ['install', ...APT, '--no-install-recommends', ...packages];
  const [program, ...rest] = [...(await withoutServices()), 'apt-get', ...args];
  if ((await run(program, rest, { env: ENVIRONMENT })).ok) return undefined;
  await update();
  const { ok, output } = await run(program, rest, { env: ENVIRONMENT });
  return ok ? undefined : output.trimEnd();
}

async function update() {
  for (let tries = 0; tries < UPDATE_TRIES; tries++) {
    if ((await run('apt-get', ['update', '-q'], { env: ENVIRONMENT })).ok) return;
    await sleep(UPDATE_PAUSE_MS);
  }
}

/**
 * The packages would start a Redis and an engine for the whole machine. Covering up the programs that start
 * services, in a mount namespace of this one command, prevents that and leaves nothing behind.
 */
async function withoutServices() {
  if (existsSync('/usr/sbin/policy-rc.d')) return [];
  const starters = ['/usr/sbin/invoke-rc.d', '/usr/bin/deb-systemd-invoke'].filter(existsSync);
  const cover = starters.map((path) => `mount --bind /bin/true ${path}`).join(' && ');
  const wrapper = ['unshare', '--mount', 'sh', '-c', `${cover || 'true'} && exec "$@"`, 'sh'];
  const [program, ...args] = [...wrapper, 'true'];
  return (await run(program, args)).ok ? wrapper : [];
}
