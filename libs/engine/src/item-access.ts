import { normalize } from 'node:path/posix';
import { areOutside, type Definition, type Fault, isMap } from '@agentainer/core';

/** From where an instance lets items be read: beginnings of URLs, and folders. Nothing else is. */
export interface AllowedItems {
  urls: readonly string[];
  files: readonly string[];
}

/** A slash that only some servers take for one: it could lead out of the path that is allowed. */
const HIDDEN_SLASH = /%(2f|5c)/i;

/** Decides from where items may be read. */
export class ItemAccess {
  private readonly urls: URL[];

  constructor(readonly allowed: AllowedItems) {
    this.urls = allowed.urls.map((url) => new URL(url));
  }

  /** Whether the URL lies below one that is allowed, on the same server. */
  allowsUrl(url: URL): boolean {
    return this.urls.some(
      ({ origin, pathname }) =>
        url.origin === origin &&
        isBelow(url.pathname, pathname) &&
        (pathname === '/' || !HIDDEN_SLASH.test(url.pathname)),
    );
  }

  /** Whether the file lies in one of these folders, those that are allowed unless others are given. Follows no links. */
  allowsFile(path: string, folders = this.allowed.files): boolean {
    const file = normalize(path);
    return folders.some((folder) => file !== folder && isBelow(file, folder));
  }

  /** Steps of a definition whose items may not be read, as far as that can be told now. */
  faults({ steps }: Definition): Fault[] {
    return steps.flatMap((step, i) => {
      if (!isMap(step) || !areOutside(step.items)) return [];
      const { items } = step;
      const [field, setting, allowed] =
        'url' in items
          ? (['url', 'AGENTAINER_ITEM_URLS', this.allowsUrl(new URL(items.url))] as const)
          : (['file', 'AGENTAINER_ITEM_FILES', this.allowsFile(items.file)] as const);
      const message = `is not allowed on this instance: its operator says in ${setting} from where items may be read`;
      return allowed ? [] : [{ path: `steps[${i}].items.${field}`, message }];
    });
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
