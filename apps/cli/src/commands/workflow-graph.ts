import { isRunId } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { wholeNumber } from '../input.js';

/** `agentainer workflow graph`. */
export const workflowGraphCommand: Commands = (yargs, context) =>
  yargs.command(
    'graph <id>',
    'Draw a workflow, or a run of one, as text of Mermaid',
    (line) =>
      line
        .positional('id', { type: 'string', demandOption: true, describe: 'Of a workflow or of a run' })
        .option('of-version', {
          type: 'string',
          coerce: wholeNumber('of-version'),
          describe: 'Another version of the workflow than the latest',
        }),
    async (argv) => {
      const client = context.client(argv);
      const { id, ofVersion: version } = argv;
      const graph = isRunId(id)
        ? await client.getRunGraph(id)
        : await client.getWorkflowGraph(id, { version });
      print(context.terminal, argv, graph, () => graph.mermaid);
    },
  );
