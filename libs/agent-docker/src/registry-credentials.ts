import { readFile } from 'node:fs/promises';
import { AgentStartError } from '@agentainer/pool';

/** How the engine is told who pulls. */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  identitytoken?: string;
  serveraddress: string;
}

interface AuthEntry {
  auth?: unknown;
  username?: unknown;
  password?: unknown;
  identitytoken?: unknown;
}

const HUB = 'docker.io';
/** By which name the registry goes that images without one are of. */
const HUB_KEYS = ['https://index.docker.io/v1/', 'index.docker.io', HUB];

/**
 * What a file of the form of Docker's `config.json` says for the registry of an image; undefined where it says nothing.
 * It is read anew each time, so that it can be replaced. What is in it gets into no message.
 * @throws {AgentStartError} where it cannot be read
 */
export async function credentialsFor(image: string, path: string): Promise<RegistryCredentials | undefined> {
  const registry = registryOf(image);
  const entries = await entriesOf(path);
  const keys = registry === HUB ? HUB_KEYS : [registry, `https://${registry}`, `http://${registry}`];
  const key = keys.find((name) => Object.hasOwn(entries, name));
  const { auth, username, password, identitytoken } = (key !== undefined && entries[key]) || {};
  const serveraddress = registry === HUB ? HUB_KEYS[0]! : registry;
  if (typeof identitytoken === 'string' && identitytoken !== '') return { identitytoken, serveraddress };
  if (typeof username === 'string' && typeof password === 'string')
    return { username, password, serveraddress };
  if (typeof auth !== 'string') return undefined;
  const [, name, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString()) ?? [];
  return name === undefined ? undefined : { username: name, password: secret, serveraddress };
}

/** The host of the registry that an image's name is of. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : HUB;
}

async function entriesOf(path: string): Promise<Record<string, AuthEntry | undefined>> {
  try {
    const { auths } = JSON.parse(await readFile(path, 'utf8')) as { auths?: unknown };
    return (typeof auths === 'object' && auths !== null ? auths : {}) as Record<string, AuthEntry>;
  } catch (error) {
    const { code = 'it is not JSON' } = error as NodeJS.ErrnoException;
    throw new AgentStartError(
      'IMAGE_PULL_FAILED',
      `the file with the credentials for registries cannot be read: ${code}`,
    );
  }
}
