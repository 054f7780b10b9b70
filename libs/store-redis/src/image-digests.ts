import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { BoundedCache } from './bounded-cache.js';
import type { Keys } from './keys.js';
import { redisNow } from './redis-now.js';

/** How long hosts may take to look at an image that nobody asked for before, and how often they are asked, in milliseconds. */
const ANSWER_MS = 500;
const POLL_MS = 10;
/** How long it is taken for granted that hosts look at an image, in milliseconds. */
const WANTED_MS = 60_000;
const REMEMBERED_IMAGES = 1_000;

/** Reads what hosts tell of images. */
export class ImageDigests {
  private readonly noted = new BoundedCache<string, number>(REMEMBERED_IMAGES);

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /**
   * What images are, of those on which the hosts that have them agree. Where a host has not told yet of an image that
   * nobody asked for before, it is asked and waited for, for a bounded time.
   */
  async read(images: readonly string[], hosts: readonly string[]): Promise<Map<string, string>> {
    if (images.length === 0 || hosts.length === 0) return new Map();
    const isNew = await this.want(images);
    const giveUpAt = performance.now() + (isNew ? ANSWER_MS : 0);
    for (;;) {
      const told = await this.told(images, hosts);
      const missing = [...told.values()].some((digests) => digests.includes(null));
      if (!missing || performance.now() >= giveUpAt) return agreed(told);
      await sleep(POLL_MS);
    }
  }

  /** Whether hosts were told just now of one that they did not look at. */
  private async want(images: readonly string[]): Promise<boolean> {
    const due = images.filter(
      (image) => performance.now() - (this.noted.get(image) ?? -Infinity) > WANTED_MS,
    );
    if (due.length === 0) return false;
    const now = await redisNow(this.redis);
    const added = await this.redis.zadd(this.keys.images(), ...due.flatMap((image) => [now, image]));
    for (const image of due) this.noted.set(image, performance.now());
    if (Number(added) > 0) await this.redis.publish(this.keys.imagesWanted(), 'new');
    return Number(added) > 0;
  }

  private async told(images: readonly string[], hosts: readonly string[]) {
    const read = await Promise.all(
      hosts.map((host) => this.redis.hmget(this.keys.hostImages(host), ...images)),
    );
    return new Map(images.map((image, i) => [image, read.map((digests) => digests[i] ?? null)]));
  }
}

/** A host that has told nothing of an image might have another one. */
function agreed(told: ReadonlyMap<string, (string | null)[]>): Map<string, string> {
  const all = [...told].map(([image, digests]) => [image, new Set(digests.filter((d) => d !== ''))] as const);
  const one = all.flatMap(([image, digests]) => {
    const [digest] = digests;
    return digests.size === 1 && digest ? [[image, digest] as const] : [];
  });
  return new Map(one);
}
