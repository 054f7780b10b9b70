import type { TaskState } from '@agentainer/core';

export interface PageOptions {
  limit?: number;
  /** `next_cursor` of the page before. */
  cursor?: string;
}

export interface JobsOptions extends PageOptions {
  status?: TaskState;
}

export interface DeadLettersOptions extends PageOptions {
  /** The id of a workflow. */
  workflow?: string;
  step?: string;
  /** The code of the error. */
  code?: string;
}

/** Which run of a workflow is meant; the latest one where it is not said. */
export interface RunChoice {
  run?: string;
}

/** Which version of a workflow is meant; the latest one where it is not said. */
export interface VersionChoice {
  version?: number;
}

export interface CreateOptions {
  /** The same key with the same request makes nothing twice, for 24 hours; each call has one of its own where none is given. */
  idempotencyKey?: string;
}
