import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How to reach the API. */
export interface Connection {
  url: string;
  key?: string;
}

/** What the command line says of it. */
export type GivenConnection = Partial<Connection>;

const DEFAULT_URL = 'http://127.0.0.1:8081';

/**
 * From the command line, else from AGENTAINER_URL and AGENTAINER_API_KEY, else from the file that
 * `agentainer up` writes. The key in that file is never sent anywhere but to the server it is for.
 */
export function findConnection(given: GivenConnection, environment = process.env): Connection {
  const local = readCredentials(environment);
  const url = given.url ?? (environment.AGENTAINER_URL || undefined) ?? local?.url ?? DEFAULT_URL;
  const key = given.key ?? (environment.AGENTAINER_API_KEY || undefined);
  return { url, key: key ?? (local?.url === url ? local.key : undefined) };
}

/** Whether the person wants no colours (no-color.org). */
export function wantsNoColour(environment = process.env): boolean {
  return Boolean(environment.NO_COLOR);
}

function readCredentials(environment: NodeJS.ProcessEnv): Connection | undefined {
  const directory = environment.AGENTAINER_DATA || join(homedir(), '.agentainer');
  try {
    const { url, key } = JSON.parse(
      readFileSync(join(directory, 'credentials.json'), 'utf8'),
    ) as Partial<Connection>;
    return typeof url === 'string' ? { url, key } : undefined;
  } catch {
    return undefined;
  }
}
