import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FORM = /^[0-9a-f]{12}$/;

/**
 * Whose agents are whose, where several instances share a container engine: an id that is made once for each data
 * directory, and kept in it. @throws where the file is there and holds something else
 */
export async function instanceId(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'instance-id');
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const id = (await read(path)) ?? (await make(path));
  if (!FORM.test(id)) throw new Error(`${path} holds no id of an instance`);
  return id;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Under its name only once it is whole; of two that make one at the same time, the first one's stays. */
async function make(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(6).toString('hex')}\n`);
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await readFile(path, 'utf8')).trim();
}
