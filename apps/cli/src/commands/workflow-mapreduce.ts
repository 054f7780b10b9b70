import type { Argv } from 'yargs';
import { type Commands, type GlobalOptions, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { jsonValue, wholeNumber } from '../input.js';
import { createdText } from './workflow-create.js';
import { startRun } from './workflow-start.js';

/** `agentainer workflow mapreduce`. */
export const workflowMapReduceCommand: Commands = (yargs, context) =>
  yargs.command(
    'mapreduce',
    'Create list → map → reduce over warm agents, and start it',
    mapReduceOptions,
    async (argv) => {
      const items =
        argv.items === undefined ? undefined : await jsonValue('items', argv.items, context.terminal);
      if (items !== undefined && !Array.isArray(items)) throw new UsageError('--items: must be a JSON array');
      const client = context.client(argv);
      const workflow = await client.createMapReduce({
        name: argv.name,
        mapper_image: argv.mapper,
        reducer_image: argv.reducer,
        list_image: argv.list,
        max_parallel: argv.parallel,
        pool_size: argv.poolSize,
        timeout: argv.timeout,
        stream: argv.stream,
        fan_in: argv.fanIn,
      });
      if (items === undefined && argv.list === undefined) {
        print(context.terminal, argv, workflow, () => createdText(workflow));
        context.terminal.err(
          `start it with: agentainer workflow start ${workflow.id} --input '{"items": […]}'\n`,
        );
        return;
      }
      context.terminal.err(createdText(workflow));
      const input = items === undefined ? null : { items };
      await startRun(context, client, { ...argv, workflowId: workflow.id, input });
    },
  );

function mapReduceOptions(line: Argv<GlobalOptions>) {
  return line
    .option('name', { type: 'string', demandOption: true })
    .option('mapper', { type: 'string', demandOption: true, describe: 'Image that works on one item' })
    .option('reducer', { type: 'string', demandOption: true, describe: 'Image that joins all results' })
    .option('list', { type: 'string', describe: 'Image whose result is the list of items' })
    .option('items', { type: 'string', describe: 'The items: a JSON array, or @file' })
    .option('parallel', {
      type: 'string',
      coerce: wholeNumber('parallel'),
      describe: 'Tasks at once, at most (10)',
    })
    .option('pool-size', {
      type: 'string',
      coerce: wholeNumber('pool-size'),
      describe: 'Agents, at most',
    })
    .option('fan-in', {
      type: 'string',
      coerce: wholeNumber('fan-in'),
      describe: 'Results that one task of the reducer gets, at most: it works level by level',
    })
    .option('stream', { type: 'boolean', describe: 'Reduce results while they come' })
    .option('timeout', { type: 'string', describe: 'Of the whole run, such as 30m' })
    .option('wait', {
      type: 'boolean',
      default: false,
      describe: 'Wait for its end and print its result',
    })
    .conflicts('list', 'items');
}
