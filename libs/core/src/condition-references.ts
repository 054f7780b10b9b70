import type { ASTNode } from '@marcbachmann/cel-js';

/** What a condition looks at. */
export interface ConditionReferences {
  /** Places in the run's input, each a list of keys; the empty list is the whole input. */
  input: string[][];
  /** Keys of the run's state. */
  state: string[];
  /** Results of steps: the step, and the place in its result. */
  results: { step: string; path: string[] }[];
}

const FUNCTIONS = new Set(['has', 'size', 'int', 'double', 'string', 'bool']);
const MACROS = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);
const METHODS = new Set(['size', 'startsWith', 'endsWith', 'contains', ...MACROS]);
const ROOTS = new Set(['input', 'state', 'results']);

/** @throws {Error} for what a condition may not use. */
export function referencesOf(ast: ASTNode): ConditionReferences {
  const walk = new Walk();
  walk.visit(ast, false);
  return walk.references;
}

/** Goes through an expression, and refuses whatever makes its time or its data hard to bound. */
class Walk {
  readonly references: ConditionReferences = { input: [], state: [], results: [] };

  /** @param inMacro whether this is evaluated for each element of a list */
  visit(node: ASTNode, inMacro: boolean): void {
    const place = placeOf(node);
    if (place) return this.refer(place.root, place.path, node, inMacro);
    if (node.op === 'call' && !FUNCTIONS.has(node.args[0]))
      throw new Error(`has no function ${node.args[0]}`);
    if (node.op === 'rcall') return this.visitMethod(node.args, inMacro);
    for (const child of childrenOf(node.args)) this.visit(child, inMacro);
  }

  private visitMethod([name, target, given]: [string, ASTNode, ASTNode[]], inMacro: boolean): void {
    if (!METHODS.has(name)) throw new Error(`has no method ${name}`);
    this.visit(target, inMacro);
    if (!MACROS.has(name)) return given.forEach((child) => this.visit(child, inMacro));
    if (inMacro) throw new Error(`has ${name} inside of another one of its kind`);
    const [variable, ...body] = given;
    if (variable?.op !== 'id' || ROOTS.has(variable.args)) {
      throw new Error(`has ${name} without a variable of its own`);
    }
    for (const child of body) this.visit(child, true);
  }

  private refer(root: string, path: string[], node: ASTNode, inMacro: boolean): void {
    const [first, ...rest] = path;
    if (root === 'input') this.references.input.push(path);
    else if (first === undefined) throw new Error(`must name a key: ${root}.key or ${root}["key"]`);
    else if (root === 'state') this.references.state.push(first);
    else this.references.results.push({ step: first, path: rest });
    for (const index of indexesOf(node)) this.visit(index, inMacro);
  }
}

/** The longest beginning of a chain of keys that is known without evaluating: `input.a["b"][i]` is input, a, b. */
function placeOf(node: ASTNode): { root: string; path: string[] } | undefined {
  if (node.op === 'id') return ROOTS.has(node.args) ? { root: node.args, path: [] } : undefined;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const below = placeOf(node.args[0]);
  if (!below) return undefined;
  const key = keyOf(node);
  const cutOff = below.path.length < chainLength(node.args[0]);
  return key === undefined || cutOff ? below : { root: below.root, path: [...below.path, key] };
}

function chainLength(node: ASTNode): number {
  return node.op === '.' || node.op === '[]' ? 1 + chainLength(node.args[0]) : 0;
}

function keyOf(node: ASTNode): string | undefined {
  if (node.op === '.') return node.args[1];
  if (node.op !== '[]') return undefined;
  const [, index] = node.args;
  return index.op === 'value' && typeof index.args === 'string' ? index.args : undefined;
}

/** What stands in brackets along a chain. */
function indexesOf(node: ASTNode): ASTNode[] {
  if (node.op === '.') return indexesOf(node.args[0]);
  return node.op === '[]' ? [...indexesOf(node.args[0]), node.args[1]] : [];
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
