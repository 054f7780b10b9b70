import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeAgentKit } from './agent.conformance.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON_KIT = join(ROOT, 'libs/agent-kit-python');

const built = mkdtempSync(join(tmpdir(), 'af-kits-'));
afterAll(() => rmSync(built, { recursive: true }));

describeAgentKit('TypeScript', () => {
  const program = join(built, 'agent.mjs');
  const source = join(ROOT, 'libs/testing/src/fake-agent.ts');
  execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-agent.mjs'), source, program]);
  return { command: [process.execPath, program] };
});

describeAgentKit('Python', () => ({
  command: ['python3', join(PYTHON_KIT, 'test/fake_agent.py')],
  environment: { PYTHONPATH: PYTHON_KIT, PYTHONDONTWRITEBYTECODE: '1' },
}));
