import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = '@nx/enforce-module-boundaries';

interface Message {
  ruleId: string | null;
  message: string;
}
/** Code as it would be found by lint in that file. */
type Case = readonly [file: string, code: string];

/** Lints each text as if it stood in its file, which exists and stays as it is. */
const LINTER = `
  import { ESLint } from 'eslint';
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const eslint = new ESLint();
  const found = [];
  for (const [file, code] of JSON.parse(input)) {
    const [result] = await eslint.lintText(code, { filePath: file });
    found.push(result.messages.map(({ ruleId, message }) => ({ ruleId, message })));
  }
  console.log(JSON.stringify(found));
`;

async function node(args: string[], input = ''): Promise<string> {
  // Where CI is set, the parser would read the files from the disk instead of the texts that it is given.
  const env = { ...process.env, TSESTREE_SINGLE_RUN: 'false' };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(input);
  const overdue = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(overdue);
  if (code !== 0) throw new Error(`node ${args[0]} ended with ${String(code)}: ${errors}`);
  return output;
}

const use = (name: string) => `import * as thing from '${name}';\nexport const used = thing;\n`;
const useType = (name: string) =>
  `import type * as thing from '${name}';\nexport type Used = typeof thing;\n`;

const imports: Record<string, Case> = {
  'the core imports the engine': ['libs/core/src/index.ts', use('@agentainer/engine')],
  'the core imports a type of the runtime': ['libs/core/src/index.ts', useType('@agentainer/runtime')],
  'the core reaches into the engine by a path': ['libs/core/src/index.ts', use('../../engine/src/ports.js')],
  'the runtime imports the core': ['libs/runtime/src/index.ts', use('@agentainer/core')],
  'the contracts import the runtime': ['libs/contracts/src/index.ts', use('@agentainer/runtime')],
  'one domain library imports another': ['libs/engine/src/index.ts', use('@agentainer/pool')],
  'a domain library imports a type of another': ['libs/pool/src/index.ts', useType('@agentainer/engine')],
  'a domain library imports an adapter': ['libs/engine/src/index.ts', use('@agentainer/store-redis')],
  'the engine imports ioredis': ['libs/engine/src/index.ts', use('ioredis')],
  'the pool imports ioredis lazily': [
    'libs/pool/src/index.ts',
    `export const used = () => import('ioredis');\n`,
  ],
  'the store imports bullmq': ['libs/store-redis/src/index.ts', use('bullmq')],
  'one adapter imports another': ['libs/queue-bullmq/src/index.ts', use('@agentainer/store-redis')],
  'the agent kit imports the engine': ['libs/agent-kit/src/index.ts', use('@agentainer/engine')],
  'the client library imports the store': ['libs/sdk/src/index.ts', use('@agentainer/store-redis')],
  'the API imports bullmq': ['apps/api/src/index.ts', use('bullmq')],
  'the API imports a part of ioredis': ['apps/api/src/index.ts', use('ioredis/built/index.js')],
  'the worker imports dockerode': ['apps/worker/src/index.ts', use('dockerode')],
  'the worker imports the API': ['apps/worker/src/index.ts', use('@agentainer/api')],
  'the controller imports express': ['apps/controller/src/index.ts', use('express')],
  'the command imports the engine': ['apps/cli/src/index.ts', use('@agentainer/engine')],
  'the command imports undici': ['apps/cli/src/index.ts', use('undici')],
  'an example imports the store': ['examples/word-count/src/word-counts.ts', use('@agentainer/store-redis')],
};

const others: Record<string, readonly [rule: string, ...Case]> = {
  'process.env outside config.ts': [
    'no-restricted-properties',
    'libs/core/src/index.ts',
    `export const home = process.env.HOME;\n`,
  ],
  'process.env taken apart': [
    'no-restricted-properties',
    'apps/worker/src/index.ts',
    `const { env } = process;\nexport const home = env;\n`,
  ],
  'env of node:process': [
    'no-restricted-imports',
    'apps/api/src/index.ts',
    `import { env } from 'node:process';\nexport const home = env;\n`,
  ],
  'a promise that nobody waits for': [
    '@typescript-eslint/no-floating-promises',
    'libs/engine/src/index.ts',
    `export function go(): void {\n  Promise.resolve(1);\n}\n`,
  ],
  'a state that a switch forgets': [
    '@typescript-eslint/switch-exhaustiveness-check',
    'libs/core/src/ids.ts',
    `export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      return;\n  }\n}\n`,
  ],
  'an import in a circle': [
    'import-x/no-cycle',
    'libs/core/src/errors.ts',
    `export * from './transitions.js';\n`,
  ],
  'a file over 400 lines': ['max-lines', 'libs/core/src/ids.ts', 'export {};\n'.repeat(401)],
  'a function over 50 lines': [
    'max-lines-per-function',
    'libs/core/src/ids.ts',
    `export function long(): void {\n${'  void 0;\n'.repeat(50)}}\n`,
  ],
};

const allowed: Record<string, Case> = {
  'the store imports ioredis': ['libs/store-redis/src/index.ts', use('ioredis')],
  'the queue imports bullmq': ['libs/queue-bullmq/src/index.ts', use('bullmq')],
  'the API imports express': ['apps/api/src/index.ts', use('express')],
  'the engine imports the core': ['libs/engine/src/index.ts', use('@agentainer/core')],
  'the worker imports the store': ['apps/worker/src/index.ts', use('@agentainer/store-redis')],
  'config.ts reads the environment': ['apps/worker/src/config.ts', `export const home = process.env.HOME;\n`],
};

let found: Map<string, Message[]>;

beforeAll(async () => {
  // The rule about modules says nothing where it finds no project graph.
  await node(['node_modules/nx/dist/bin/nx.js', 'show', 'projects']);
  const cases = new Map<string, Case>([
    ...Object.entries(imports),
    ...Object.entries(others).map(([name, [, file, code]]) => [name, [file, code]] as const),
    ...Object.entries(allowed),
  ]);
  const output = await node(['--input-type=module', '-e', LINTER], JSON.stringify([...cases.values()]));
  const results = JSON.parse(output) as Message[][];
  found = new Map([...cases.keys()].map((name, i) => [name, results[i]!]));
}, 240_000);

it.each(Object.keys(imports))('lint sees that %s', (name) => {
  expect(found.get(name)!.map((m) => m.ruleId)).toContain(MODULES);
});

it.each(Object.entries(others).map(([name, [rule]]) => [name, rule] as const))(
  'lint sees %s',
  (name, rule) => {
    expect(found.get(name)!.map((m) => m.ruleId)).toContain(rule);
  },
);

it.each(Object.keys(allowed))('lint lets it pass that %s', (name) => {
  expect(found.get(name)).toEqual([]);
});
