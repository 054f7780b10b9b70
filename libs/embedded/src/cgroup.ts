import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/**
 * Removes the control groups under `name` that hold no process, in the one hierarchy (v2) or in each
 * controller's (v1). Whether all are gone.
 */
export function removeCgroups(name: string): boolean {
  return [ROOT, ...directoriesOf(ROOT)].map((hierarchy) => removeTree(join(hierarchy, name))).every(Boolean);
}

function removeTree(path: string): boolean {
  directoriesOf(path).forEach(removeTree);
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

function directoriesOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}
