export * from './ports.js';
export { chunksOf } from './chunks.js';
export { awaitHealthy, type HealthWait } from './await-healthy.js';
export { HeldLease } from './held-lease.js';
export { type LeaseOptions, Leaser, type LeaserAnswer, type LeaserOptions } from './leaser.js';
export { ImageWatch, type ImageWatchOptions } from './image-watch.js';
export { Keeper, type KeeperOptions } from './keeper.js';
export { type PoolQueues, PoolRetention, type PoolUsage } from './pool-retention.js';
export { desiredSize, planPool, type PoolPlan } from './plan.js';
