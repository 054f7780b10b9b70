import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StandaloneProcess } from '../harness/standalone-process.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The commands of the first workflow in README.md; `npx agentainer` runs this program. */
describe('the first workflow of the README', () => {
  const directory = mkdtempSync(join(tmpdir(), 'af-first-'));
  const standalone = new StandaloneProcess(directory);

  afterAll(async () => {
    await standalone.end('SIGINT');
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  async function run(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: ROOT,
      timeout: 60_000,
      env: {
        PATH: process.env.PATH,
        AGENTAINER_DATA: directory,
        AGENTAINER_DOCKER_SOCKET: process.env.AGENTAINER_TEST_DOCKER_SOCKET,
      },
    });
    return stdout;
  }
  const agentainer = (...args: string[]) => run(join(ROOT, 'node_modules/.bin/agentainer'), ...args);

  it('R1.3d R1.3e R5.3b runs from an agent of one line to its results', async () => {
    await standalone.ready();
    await run('node', 'scripts/build-agent.mjs', 'examples/shout/src/agent.ts', 'shout:1');
    const created = await agentainer(
      'workflow',
      'create',
      '--file',
      'examples/shout/workflow.json',
      '--json',
    );
    const { id } = JSON.parse(created) as { id: string };
    const result = await agentainer(
      'workflow',
      'start',
      id,
      '--input',
      '["ada", "grace"]',
      '--wait',
      '--json',
    );
    expect(JSON.parse(result)).toMatchObject({ status: 'completed' });
    expect(result).toContain('ADA!');
    expect(result.indexOf('ADA!')).toBeLessThan(result.indexOf('GRACE!'));
    expect(await agentainer('workflow', 'jobs', id)).toMatch(/shout.*completed/);
  }, 120_000);
});
