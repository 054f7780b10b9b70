import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Changes that follow one another within so many milliseconds may bear the same time: clocks of files are coarse. */
const COARSE_MS = 100;

/** The folders in which tasks may leave files. */
export class ScratchFolders {
  /** When those that were found empty had changed last: as long as that is the same, there is nothing in them. */
  private readonly emptySince = new Map<string, bigint>();

  constructor(private readonly folders: readonly string[]) {}

  /** This runs after every task, and few of them leave files. */
  areEmpty(): boolean {
    return this.folders.every((folder) => this.isEmpty(folder));
  }

  private isEmpty(folder: string): boolean {
    const { ctimeMs, ctimeNs } = lstatSync(folder, { bigint: true });
    if (this.emptySince.get(folder) === ctimeNs) return true;
    const isEmpty = readdirSync(folder).length === 0;
    if (isEmpty && Date.now() - Number(ctimeMs) > COARSE_MS) this.emptySince.set(folder, ctimeNs);
    return isEmpty;
  }

  /** @throws where something cannot be removed, or a folder is one no more: a link would lead elsewhere */
  empty(): void {
    for (const folder of this.folders) {
      if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is no folder any more`);
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
