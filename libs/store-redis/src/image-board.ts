import type { ImageBoard } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import { Channel } from './channel.js';
import type { Keys } from './keys.js';
import { redisNow } from './redis-now.js';

/** An image that no run asked for in that time is not looked at any longer, in milliseconds. */
const WANTED_MS = 7 * 86_400_000;
/** Most images that are looked at: those asked for last. */
const MOST_IMAGES = 10_000;

/** What one host tells of its images. An empty digest says that there is none to tell. */
export class RedisImageBoard implements ImageBoard {
  private readonly asked: Channel;

  /** @param subscriber a connection that only listens; it may be shared. */
  constructor(
    private readonly redis: Redis,
    subscriber: Redis,
    private readonly keys: Keys,
    private readonly host: string,
  ) {
    this.asked = new Channel(subscriber, keys.imagesWanted());
  }

  async wanted(): Promise<string[]> {
    const images = this.keys.images();
    await this.redis.zremrangebyscore(images, '-inf', (await redisNow(this.redis)) - WANTED_MS);
    await this.redis.zremrangebyrank(images, 0, -MOST_IMAGES - 1);
    return this.redis.zrange(images, '0', '-1');
  }

  async tell(digests: ReadonlyMap<string, string | undefined>): Promise<void> {
    const key = this.keys.hostImages(this.host);
    const writing = this.redis.multi().del(key);
    for (const [image, digest] of digests) writing.hset(key, image, digest ?? '');
    await writing.pexpire(key, WANTED_MS).exec();
  }

  onWanted(listener: () => void): () => void {
    return this.asked.listen(listener);
  }
}
