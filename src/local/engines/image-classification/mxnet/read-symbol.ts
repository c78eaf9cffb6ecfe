import type { Architecture, ImageShape } from "../network/architecture.js";
import { type SymbolNode, symbolNodes } from "./symbol.js";

/** A graph that is not a network of this algorithm. The message says what is wrong, without naming the file. */
export class SymbolError extends Error {
  override readonly name = "SymbolError";
}

/**
 * Reads the architecture out of a symbol file: the graph must be, node for node, one that {@link symbolNodes} gives.
 *
 * @param imageShape - the graph itself does not say what images it takes
 * @throws SymbolError for text that is no MXNet graph, and for every other graph, naming the first node that differs
 */
export function readSymbol(json: string, imageShape: ImageShape): Architecture {
  const nodes = parseNodes(json);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const number = (name: string, attribute: string): number => {
    const value = /^\(?(\d+)/u.exec(byName.get(name)?.attrs[attribute] ?? "")?.[1];
    if (value === undefined) throw new SymbolError(`the graph has no node "${name}" with "${attribute}"`);
    return Number(value);
  };
  const stages: { units: number; filters: number }[] = [];
  const bottleneck = byName.has("stage1_unit1_conv3");
  const last = bottleneck ? "conv3" : "conv2";
  while (byName.has(`stage${stages.length + 1}_unit1_${last}`)) {
    const stage = `stage${stages.length + 1}`;
    let units = 1;
    while (byName.has(`${stage}_unit${units + 1}_${last}`)) units++;
    stages.push({ units, filters: number(`${stage}_unit1_${last}`, "num_filter") });
  }
  const architecture: Architecture = {
    imageShape,
    classes: number("fc", "num_hidden"),
    multiLabel: byName.get("softmax")?.op === "LogisticRegressionOutput",
    stem: number("conv0", "kernel") === 7 ? "large" : "small",
    stemFilters: number("conv0", "num_filter"),
    bottleneck,
    stages,
  };
  compare(nodes, symbolNodes(architecture));
  return architecture;
}

/** Attributes that say how MXNet computes, not what. */
const IRRELEVANT = new Set(["workspace", "cudnn_tune", "cudnn_off", "__init__"]);

function compare(nodes: readonly SymbolNode[], expected: readonly SymbolNode[]): void {
  for (const [index, node] of expected.entries()) {
    const found = nodes[index];
    if (found && signature(found) === signature(node)) continue;
    throw new SymbolError(
      `node ${index} should be ${signature(node)}, but is ${found ? signature(found) : "missing"}; ` +
        "local mode knows the residual networks of Image Classification only",
    );
  }
  const extra = nodes[expected.length];
  if (extra) throw new SymbolError(`node ${expected.length}, ${signature(extra)}, is one too many`);
}

function signature({ op, name, attrs, inputs }: SymbolNode): string {
  // The attributes of a variable are hints copied from the node that takes it.
  const relevant = op === "null" ? [] : Object.entries(attrs).filter(([key]) => !IRRELEVANT.has(key));
  // A padding of zero is the default.
  const printed = relevant.filter(([key, value]) => !(key === "pad" && value === "(0, 0)")).sort();
  const inside = printed.map(([key, value]) => `${key}=${/^[\d.e-]+$/u.test(value) ? Number(value) : value}`);
  return `${op} "${name}" {${inside.join(", ")}} of [${inputs.map(([node]) => node).join(", ")}]`;
}

function parseNodes(json: string): SymbolNode[] {
  let graph: unknown;
  try {
    graph = JSON.parse(json);
  } catch (error) {
    throw new SymbolError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const nodes = isRecord(graph) ? graph["nodes"] : undefined;
  if (!Array.isArray(nodes)) throw new SymbolError('no MXNet graph: it has no list "nodes"');
  return nodes.map((node: unknown, index) => {
    const { op, name, inputs, ...rest } = isRecord(node) ? node : {};
    if (typeof op !== "string" || typeof name !== "string" || !Array.isArray(inputs)) {
      throw new SymbolError(`node ${index} lacks "op", "name" or "inputs"`);
    }
    // MXNet before 1.0 called the attributes "attr", and before 0.9 "param".
    const attrs = rest["attrs"] ?? rest["attr"] ?? rest["param"] ?? {};
    return {
      op,
      name,
      attrs: Object.fromEntries(
        Object.entries(isRecord(attrs) ? attrs : {}).map(([key, value]) => [key, String(value)]),
      ),
      inputs: inputs.map((input: unknown) => {
        const [source, , version] = Array.isArray(input) ? (input as unknown[]) : [];
        return [Number(source), Number(version ?? 0)] as const;
      }),
    };
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
