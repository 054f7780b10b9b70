import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { type FileItems, formatOfName } from '@agentainer/core';
import { type ItemAccess, ItemSourceError } from '@agentainer/engine';
import type { OpenItems } from './open-items.js';

/** Opens a file of this machine that lies in an allowed folder, wherever links lead. @throws {ItemSourceError} */
export async function openFile({ file, format }: FileItems, access: ItemAccess): Promise<OpenItems> {
  if (!access.allowsFile(file)) throw forbidden(file);
  let handle: FileHandle | undefined;
  try {
    handle = await open(
      await allowedPath(file, access),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const opened = await handle.stat();
    // Somebody may have put a link in its place meanwhile.
    const there = await stat(await allowedPath(file, access));
    if (opened.ino !== there.ino || opened.dev !== there.dev) throw forbidden(file);
    if (!opened.isFile()) throw new ItemSourceError('ITEMS_UNAVAILABLE', `${file} is not a file`);
    return { bytes: handle.createReadStream(), format: format ?? formatOfName(file) };
  } catch (error) {
    await handle?.close();
    if (error instanceof ItemSourceError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ItemSourceError('ITEMS_UNAVAILABLE', `${file} cannot be read (${code})`, false, {
      cause: error,
    });
  }
}

async function allowedPath(file: string, access: ItemAccess): Promise<string> {
  const path = await realpath(file);
  const folders = await Promise.all(
    access.allowed.files.map((folder) => realpath(folder).catch(() => undefined)),
  );
  if (
    !access.allowsFile(
      path,
      folders.filter((folder) => folder !== undefined),
    )
  )
    throw forbidden(file);
  return path;
}

function forbidden(file: string): ItemSourceError {
  return new ItemSourceError(
    'ITEMS_FORBIDDEN',
    `${file} is not in a folder that AGENTAINER_ITEM_FILES allows`,
  );
}
