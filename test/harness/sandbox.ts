import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CreateJobRequest } from '@agentainer/contracts';
import type { Json } from '@agentainer/core';
import type { Probe } from '@agentainer/testing';
import type { Cluster } from './cluster.js';
import { docker } from './docker.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Has a program by which a user may become root, as images often have. */
const DOCKERFILE = `
FROM ${process.env.AGENTAINER_TEST_AGENT_IMAGE}
COPY agent.mjs .
RUN busybox cp /usr/bin/node /bin/become && busybox chmod 4755 /bin/become
`;

/** Builds the image of the probing agent, with further lines of its Dockerfile where they are given. */
export async function buildProbingImage(name: string, lines = ''): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'af-probing-'));
  try {
    const [bundler, agent] = ['scripts/bundle-agent.mjs', 'libs/testing/src/probing-agent.ts'];
    execFileSync(process.execPath, [join(ROOT, bundler), join(ROOT, agent), join(context, 'agent.mjs')]);
    writeFileSync(join(context, 'Dockerfile'), `${DOCKERFILE}\n${lines}\n`);
    await docker('build', '--quiet', '--network', 'none', '--tag', name, context);
    return name;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Agents of one cluster, seen from inside. */
export class Sandbox {
  constructor(
    private readonly cluster: Cluster,
    readonly image: string,
  ) {}

  /** Has a fresh or idle agent run a probe; the finished job. `settings` say otherwise than an agent's defaults do. */
  async job<A extends Json>(probe: Probe<A>, argument: A, settings: Partial<CreateJobRequest> = {}) {
    const { client } = this.cluster;
    const input = { code: probe.toString(), argument };
    const retry = { max_attempts: 1 };
    const pool_config = { reuse: 'any' as const, ...settings.pool_config };
    const job = await client.createJob({ image: this.image, retry, ...settings, pool_config, input });
    await client.waitForRun(job.run_id, { timeoutMs: 90_000 });
    return client.getJob(job.id);
  }

  /** What a probe found. */
  async sees(probe: Probe<null>, settings?: Partial<CreateJobRequest>): Promise<unknown> {
    return this.seesWith(probe, null, settings);
  }

  async seesWith<A extends Json>(
    probe: Probe<A>,
    argument: A,
    settings?: Partial<CreateJobRequest>,
  ): Promise<unknown> {
    const job = await this.job(probe, argument, settings);
    if (job.status !== 'completed') throw new Error(`the probe failed: ${JSON.stringify(job.error)}`);
    return job.result;
  }
}
