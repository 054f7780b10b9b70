/**
 * Loaded ahead of a controller (`--import`), whose code knows nothing of it: from SIGUSR2 on the process kills itself at
 * the moment that the file in the query of this module's URL (`?file=…`) names: `before ready`.
 */
import { readFileSync } from 'node:fs';
import { RedisAgentRegistry } from '@agentainer/store-redis';
import Docker from 'dockerode';

const registry = RedisAgentRegistry.prototype;
const container = Object.getPrototypeOf(new Docker().getContainer('any'));
const CALLS = {
  create: [registry, 'create'],
  'container create': [Docker.prototype, 'createContainer'],
  'container start': [container, 'start'],
  ready: [registry, 'ready'],
  retire: [registry, 'retire'],
  'container remove': [container, 'remove'],
};

const file = new URL(import.meta.url).searchParams.get('file');
let moment;
process.on('SIGUSR2', () => (moment = readFileSync(file, 'utf8')));

for (const [name, [object, method]] of Object.entries(CALLS)) {
  const call = object[method];
  object[method] = async function (...args) {
    if (moment === `before ${name}`) die();
    const answer = await call.apply(this, args);
    if (moment === `after ${name}`) die();
    return answer;
  };
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}
