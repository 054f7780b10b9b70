import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ensureBaseImage } from './base-image.js';
import { engineRequest } from './engine-request.js';
import { EngineRequestError } from './errors.js';
import { type TarEntry, tarStream } from './tar.js';

const CONTENT_LABEL = 'agentainer.content';
const BUILD_DEADLINE_MS = 120_000;
/** Where the repository keeps the Dockerfile that these images share with those built from a registry. */
const DOCKERFILE = new URL('../../../deploy/agents/Dockerfile', import.meta.url);

export interface AgentImage {
  socketPath: string;
  /** Repository and tag, such as `word-count/map:demo`. */
  name: string;
  /** The agent as one JavaScript module with everything it imports. */
  bundle: string;
}

/**
 * Builds the image of an agent without a registry, unless the engine has it with the same content already.
 * Whether it had to be built is the answer.
 * @throws {EngineRequestError}
 */
export async function buildAgentImage({ socketPath, name, bundle }: AgentImage): Promise<boolean> {
  const base = await ensureBaseImage(socketPath);
  const entries: TarEntry[] = [
    { type: 'text', path: 'Dockerfile', mode: 0o644, content: readFileSync(DOCKERFILE) },
    { type: 'text', path: 'agent.mjs', mode: 0o644, content: readFileSync(bundle) },
  ];
  const content = contentOf(base, entries);
  if ((await labelOf(socketPath, name)) === content) return false;
  const log = await engineRequest({
    socketPath,
    method: 'POST',
    path: '/build',
    query: {
      t: name,
      networkmode: 'none',
      buildargs: JSON.stringify({ BASE: base }),
      labels: JSON.stringify({ [CONTENT_LABEL]: content }),
    },
    body: tarStream(entries),
    timeoutMs: BUILD_DEADLINE_MS,
  });
  const failure = /"error":"(.*)"/.exec(log);
  if (failure) throw new EngineRequestError(`image ${name} was not built: ${failure[1]}`);
  return true;
}

function contentOf(base: string, entries: readonly TarEntry[]): string {
  const hash = createHash('sha256').update(base);
  for (const entry of entries) if (entry.type === 'text') hash.update(entry.content);
  return hash.digest('hex');
}

async function labelOf(socketPath: string, name: string): Promise<string | undefined> {
  const inspect = { socketPath, method: 'GET', path: `/images/${name}/json`, timeoutMs: 10_000 } as const;
  const answer = await engineRequest(inspect).catch(() => undefined);
  if (answer === undefined) return undefined;
  const image = JSON.parse(answer) as { Config?: { Labels?: Record<string, string> | null } | null };
  return image.Config?.Labels?.[CONTENT_LABEL];
}
