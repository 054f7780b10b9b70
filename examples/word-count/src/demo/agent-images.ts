import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildAgentImage } from '@agentainer/embedded';

const AGENTS = ['list', 'map', 'reduce'] as const;
export type AgentName = (typeof AGENTS)[number];

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const BUNDLE_DEADLINE_MS = 60_000;

/** The image of an agent of this example. */
export function imageOf(agent: AgentName): string {
  return `word-count/${agent}:demo`;
}

/** Puts each agent with all it imports into one file in `directory`. */
export async function bundleAgents(directory: string): Promise<Record<AgentName, string>> {
  const bundles = Object.fromEntries(AGENTS.map((agent) => [agent, join(directory, `${agent}.mjs`)]));
  await Promise.all(
    AGENTS.map((agent) => {
      const source = join(ROOT, 'examples/word-count/src/agents', `${agent}.ts`);
      const args = [join(ROOT, 'scripts/bundle-agent.mjs'), source, bundles[agent]!];
      return promisify(execFile)(process.execPath, args, { timeout: BUNDLE_DEADLINE_MS });
    }),
  );
  return bundles as Record<AgentName, string>;
}

/** Images for a container engine. */
export async function buildImages(socketPath: string, bundles: Record<AgentName, string>): Promise<void> {
  for (const agent of AGENTS) {
    await buildAgentImage({ socketPath, name: imageOf(agent), bundle: bundles[agent] });
  }
}

/** For agents that are processes: a file that says which program each image stands for. */
export function writePrograms(path: string, bundles: Record<AgentName, string>): void {
  const programs = AGENTS.map((agent) => [imageOf(agent), [process.execPath, bundles[agent]]]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(programs)));
}
