import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The folders in which tasks may leave files. */
export class ScratchFolders {
  constructor(private readonly folders: readonly string[]) {}

  areEmpty(): boolean {
    return this.folders.every((folder) => readdirSync(folder).length === 0);
  }

  /** @throws where something cannot be removed, or a folder is one no more: a link would lead elsewhere */
  empty(): void {
    for (const folder of this.folders) {
      if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is no folder any more`);
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
