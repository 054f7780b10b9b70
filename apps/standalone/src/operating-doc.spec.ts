import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What a person or test says of a client, or a host of its agents; no setting of a server process. */
const OTHERS = new Set(['AGENTAINER_URL', 'AGENTAINER_API_KEY']);

/** Sources of the processes of an instance. */
function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !/^(node_modules|dist)$/.test(entry.name)) yield* sources(path);
    else if (/(?<!\.spec|\.fixture)\.ts$/.test(entry.name)) yield path;
  }
}

/** The names that settings are declared under, `AGENTAINER_X: …`, in the schemas of the configurations. */
function settings(): Set<string> {
  const texts = [...sources('apps'), ...sources('libs')].map((path) =>
    readFileSync(join(ROOT, path), 'utf8'),
  );
  const names = texts.flatMap((text) => [...text.matchAll(/^ {2}(AGENTAINER_[A-Z_]+): (?!string|number)/gm)]);
  return new Set(names.map((match) => match[1]!).filter((name) => !OTHERS.has(name)));
}

it('describes each setting, and none that there is not', () => {
  const page = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  const described = [...page.matchAll(/^\| `(AGENTAINER_[A-Z_]+)`/gm)].map((match) => match[1]!);
  expect(described.length).toBe(new Set(described).size);
  expect(described.sort()).toEqual([...settings()].sort());
});
