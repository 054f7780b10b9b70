/** Bounds of a definition. They protect the engine, and name the field when they are passed. */
export const LIMITS = {
  steps: 500,
  items: 100_000,
  /** Bytes of one item as JSON, and of all items of a step together. */
  itemBytes: 4 * 1_024 * 1_024,
  itemsBytes: 256 * 1_024 * 1_024,
  /** Items in one task of a map step with batches. */
  batchSize: 10_000,
  parallel: 10_000,
  poolSize: 1_000,
  /** Tasks that an agent serves at once. */
  agentConcurrency: 64,
  /** How long an agent may take to end by itself, in milliseconds. */
  stopGraceMs: 300_000,
  attempts: 100,
  /** Outcomes that one task of a reduce tree gets. */
  fanIn: 10_000,
  /** Images, and workflows, that tasks of a step may start; and starts of one task. */
  startable: 100,
  starts: 1_000,
  /** Runs above a run: how deep workflows may start one another. */
  depth: 8,
  /** Bytes of the result that a definition grown at run time is taken from, as JSON. */
  definitionBytes: 1_024 * 1_024,
  /** Bytes of the input and of the result of a run that a step started, as JSON. */
  childInputBytes: 4 * 1_024 * 1_024,
  childResultBytes: 1_024 * 1_024,
  nameLength: 63,
  errorCodes: 100,
  /** Parts of a command that an agent runs for each task, and characters of one. */
  commandParts: 64,
  commandPart: 16_384,
  /** Hosts that a pool lists for its agents. */
  egress: 100,
  /** Limits of a workflow. */
  limits: 10,
  /** Tokens of a rate. */
  rate: 1_000_000,
  activeRuns: 1_000_000,
} as const;
