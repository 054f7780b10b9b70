import type { PoolSnapshot } from './ports.js';

/**
 * Whether the host is to find out now if agents of a pool start here again, which other hosts serve in its place. It has no
 * share, and so no lanes that a further failure could harm: the agent of a trial serves nobody, and ends at once.
 */
export function isTrialDue({ onTrial, share, error, retryAt, now }: PoolSnapshot): boolean {
  return onTrial === true && share.max_size === 0 && error !== undefined && now >= retryAt;
}
