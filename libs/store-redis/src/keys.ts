/**
 * Every Redis key of the product; docs/redis-keys.md describes what each one holds.
 * The part in braces is the hash tag of an aggregate: no script touches two of them.
 */
export class Keys {
  constructor(readonly prefix: string) {}

  // Indexes: plain keys, written before the records they point to, so that a crash leaves an entry too many, never one too few.
  readonly workflows = () => `${this.prefix}:workflows`;
  readonly runs = () => `${this.prefix}:runs`;
  readonly deadLetters = () => `${this.prefix}:runs:dead-letters`;
  readonly activeRuns = () => `${this.prefix}:runs:active`;
  readonly workflowRuns = (workflowId: string) => `${this.prefix}:workflow:{${workflowId}}:runs`;
  /** Those of a workflow's runs that have not ended. */
  readonly workflowActiveRuns = (workflowId: string) => `${this.workflowRuns(workflowId)}:active`;
  /** Single jobs that are listed with a workflow. */
  readonly workflowJobs = (workflowId: string) => `${this.prefix}:workflow:{${workflowId}}:jobs`;
  /** Waits that end by time. */
  readonly waits = () => `${this.prefix}:waits`;
  /** What operators have decided about pools. */
  readonly poolOverrides = () => `${this.pools()}:overrides`;
  readonly hosts = () => `${this.prefix}:hosts`;
  /** Hosts that are to have no agents. */
  readonly drainedHosts = () => `${this.hosts()}:drained`;
  /** Host → what of it is nearly full (JSON); nothing of others. */
  readonly hostPressure = () => `${this.hosts()}:pressure`;
  /** Workers of one host. */
  readonly workers = (host: string) => `${this.prefix}:workers:${host}`;

  readonly workflow = (workflowId: string) => `${this.prefix}:workflow:{${workflowId}}`;
  readonly workflowVersions = (workflowId: string) => `${this.workflow(workflowId)}:versions`;

  readonly run = (runId: string) => `${this.prefix}:run:{${runId}}`;
  readonly runSteps = (runId: string) => `${this.run(runId)}:steps`;
  readonly runEvents = (runId: string) => `${this.run(runId)}:events`;
  readonly stepItems = (runId: string, step: string) => `${this.step(runId, step)}:items`;
  /** Items of a step that is not open yet; opening it renames one of these to its items. */
  readonly stepLayout = (runId: string, step: string, layout: string) =>
    `${this.stepItems(runId, step)}:${layout}`;
  readonly stepTasks = (runId: string, step: string) => `${this.step(runId, step)}:tasks`;
  readonly stepOutcomes = (runId: string, step: string) => `${this.step(runId, step)}:outcomes`;
  /** Indexes in the order in which the tasks ended, of a step that another one takes up as it goes on. */
  readonly stepArrivals = (runId: string, step: string) => `${this.stepOutcomes(runId, step)}:arrivals`;
  readonly stepAlive = (runId: string, step: string) => `${this.step(runId, step)}:alive`;
  readonly stepHistory = (runId: string, step: string) => `${this.step(runId, step)}:history`;
  readonly stepRetries = (runId: string, step: string) => `${this.step(runId, step)}:retries`;
  /** Followed by `:<index>`: the state operations of a task that has not ended, and its progress. */
  readonly stepOperations = (runId: string, step: string) => `${this.step(runId, step)}:operations`;
  /** Runs that tasks of this one started. */
  readonly runChildren = (runId: string) => `${this.run(runId)}:children`;
  /** What its tasks printed, and what that costs. */
  readonly runLogs = (runId: string) => `${this.run(runId)}:logs`;
  readonly runLogBytes = (runId: string) => `${this.runLogs(runId)}:bytes`;
  readonly runSignals = (runId: string) => `${this.run(runId)}:signals`;
  readonly state = (runId: string) => `${this.run(runId)}:state`;
  readonly stateList = (runId: string, key: string) => `${this.state(runId)}:list:${key}`;
  readonly stateSet = (runId: string, key: string) => `${this.state(runId)}:set:${key}`;

  /** Pools that are known, on whatever host. */
  readonly pools = () => `${this.prefix}:{pools}`;
  readonly poolsUsed = () => `${this.pools()}:used`;
  /** A pool on one host. */
  readonly pool = (poolId: string, host: string) => `${this.prefix}:pool:{${poolId}@${host}}`;
  /** Images that somebody wants to know about. */
  readonly images = () => `${this.prefix}:images`;
  /** What those are on one host. */
  readonly hostImages = (host: string) => `${this.images()}:of:${host}`;
  /** Where hosts hear of images that nobody asked for before. */
  readonly imagesWanted = () => `${this.images()}:wanted`;
  /** Where lanes of one worker process hear of the agents granted to them. */
  readonly grants = (workerId: string) => `${this.prefix}:grants:${workerId}`;
  /** Where workers hear of steps whose attempts are no longer wanted. */
  readonly stops = () => `${this.prefix}:stops`;
  /** Where keepers hear that a pool needs them. */
  readonly demand = (host: string) => `${this.prefix}:demand:${host}`;

  /** Before the keys of each limit. */
  readonly limits = () => `${this.prefix}:{limits}`;
  /** Lanes of the whole instance at once, as the worker has it that started last. */
  readonly globalLimit = () => `${this.limits()}:global-bound`;

  readonly apiKey = (hash: string) => `${this.prefix}:api-key:${hash}`;
  readonly apiKeys = () => `${this.prefix}:api-keys`;
  /** A client's idempotency key, by its SHA-256. */
  readonly idempotency = (client: string, hash: string) => `${this.prefix}:idempotency:{${client}:${hash}}`;
  /** Sealed secrets by name. */
  readonly secrets = () => `${this.prefix}:secrets`;
  /** Pools that are exhausted, the alerts, and the latest of them that was told. */
  readonly exhaustedPools = () => `${this.prefix}:{alerts}:exhausted-pools`;
  readonly alerts = () => `${this.prefix}:{alerts}`;
  readonly toldAlert = () => `${this.prefix}:{alerts}:told`;
  readonly leader = (task: string) => `${this.prefix}:leader:${task}`;

  private readonly step = (runId: string, step: string) => `${this.run(runId)}:step:${step}`;
}
