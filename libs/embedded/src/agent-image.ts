import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ensureBaseImage, imageId } from './base-image.js';
import { engineRequest } from './engine-request.js';
import { EngineRequestError } from './errors.js';
import { type TarEntry, tarStream } from './tar.js';

const CONTENT_LABEL = 'agentainer.content';
const BUILD_DEADLINE_MS = 120_000;
/** Where the repository keeps the Dockerfiles that these images share with those built from a registry. */
const DOCKERFILES = new URL('../../../deploy/agents/', import.meta.url);
const PYTHON_KIT = new URL('../../agent-kit-python/', import.meta.url);
const PYTHON_PACKAGE = 'agentainer_agent/';

interface ImageOrder {
  socketPath: string;
  /** Repository and tag, such as `word-count/map:demo`. */
  name: string;
  /** An image with what runs the agent; by default one that is made from this machine's own. */
  base?: string;
}

export interface AgentImage extends ImageOrder {
  /** The agent as one JavaScript module with everything it imports. */
  bundle: string;
}

export interface PythonAgentImage extends ImageOrder {
  /** The agent's program, which imports nothing but the kit and what its base image has. */
  program: string;
}

/**
 * Builds the image of an agent without a registry, unless the engine has it with the same content already.
 * Whether it had to be built is the answer.
 * @throws {EngineRequestError}
 */
export async function buildAgentImage({ bundle, ...order }: AgentImage): Promise<boolean> {
  const base = order.base ?? (await ensureBaseImage(order.socketPath, 'node'));
  return build({ ...order, base }, [
    fileEntry('Dockerfile', new URL('Dockerfile', DOCKERFILES)),
    fileEntry('agent.mjs', bundle),
  ]);
}

/**
 * The same of an agent in Python, with the kit for it.
 * @throws {EngineRequestError}
 * @throws {NotInstalledError}
 */
export async function buildPythonAgentImage({ program, ...order }: PythonAgentImage): Promise<boolean> {
  const agent = fileEntry('agent.py', program);
  const base = order.base ?? (await ensureBaseImage(order.socketPath, 'python'));
  const modules = readdirSync(new URL(PYTHON_PACKAGE, PYTHON_KIT)).filter((name) =>
    /\.(py|typed)$/.test(name),
  );
  const kit = modules.map((name) => `${PYTHON_PACKAGE}${name}`);
  return build({ ...order, base }, [
    fileEntry('Dockerfile', new URL('python.Dockerfile', DOCKERFILES)),
    ...kit.map((path) => fileEntry(path, new URL(path, PYTHON_KIT))),
    agent,
  ]);
}

function fileEntry(path: string, source: string | URL): TarEntry & { type: 'text' } {
  return { type: 'text', path, mode: 0o644, content: readFileSync(source) };
}

type FileEntry = ReturnType<typeof fileEntry>;

async function build(order: Required<ImageOrder>, files: readonly FileEntry[]): Promise<boolean> {
  const { socketPath, name, base } = order;
  // A name of the user's may come to stand for another image.
  const content = contentOf((await imageId(socketPath, base)) ?? base, files);
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
    body: tarStream(files),
    timeoutMs: BUILD_DEADLINE_MS,
  });
  const failure = /"error":"(.*)"/.exec(log);
  if (failure) throw new EngineRequestError(`image ${name} was not built: ${failure[1]}`);
  return true;
}

function contentOf(base: string, files: readonly FileEntry[]): string {
  const hash = createHash('sha256').update(base);
  for (const { path, content } of files) hash.update(`${path} ${content.length} `).update(content);
  return hash.digest('hex');
}

async function labelOf(socketPath: string, name: string): Promise<string | undefined> {
  const inspect = { socketPath, method: 'GET', path: `/images/${name}/json`, timeoutMs: 10_000 } as const;
  const answer = await engineRequest(inspect).catch(() => undefined);
  if (answer === undefined) return undefined;
  const image = JSON.parse(answer) as { Config?: { Labels?: Record<string, string> | null } | null };
  return image.Config?.Labels?.[CONTENT_LABEL];
}
