import {
  type Architecture,
  type Convolution,
  NORM_EPSILON,
  NORM_MOMENTUM,
  stemConvolution,
  unitsOf,
} from "../network/architecture.js";

/** One node of an MXNet graph. */
export interface SymbolNode {
  readonly op: string;
  readonly name: string;
  /** Values as MXNet prints them, Python style. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Numbers of the nodes whose first output goes in; `[node, 1]` marks a state that the node itself updates. */
  readonly inputs: readonly (readonly [node: number, version: number])[];
}

/** The version that stamps the artefacts of the service. */
const MXNET_VERSION = 10_300;

/** The nodes of a network in MXNet's order: depth first, inputs before the node that takes them. */
export function symbolNodes(architecture: Architecture): SymbolNode[] {
  const graph = new GraphBuilder();
  const { stem, multiLabel, classes } = architecture;
  let body = graph.add("_copy", "id", {}, [graph.variable("data")]);
  body = graph.batchNorm("bn_data", body, true);
  body = graph.convolution(stemConvolution(architecture), body);
  if (stem === "large") {
    body = graph.relu("relu0", graph.batchNorm("bn0", body, false));
    const pooling = { kernel: "(3, 3)", pad: "(1, 1)", pool_type: "max", stride: "(2, 2)" };
    body = graph.add("Pooling", "pooling0", pooling, [body]);
  }
  let sums = 0;
  for (const { name, convolutions, projection } of unitsOf(architecture)) {
    const input = body;
    let activated = input;
    for (const [index, convolution] of convolutions.entries()) {
      body = graph.relu(`${name}_relu${index + 1}`, graph.batchNorm(`${name}_bn${index + 1}`, body, false));
      if (index === 0) activated = body;
      body = graph.convolution(convolution, body);
    }
    const shortcut = projection ? graph.convolution(projection, activated, false) : input;
    body = graph.add("elemwise_add", `_plus${sums++}`, {}, [body, shortcut]);
  }
  body = graph.relu("relu1", graph.batchNorm("bn1", body, false));
  body = graph.add("Pooling", "pool1", { global_pool: "True", kernel: "(7, 7)", pool_type: "avg" }, [body]);
  body = graph.add("Flatten", "flatten0", {}, [body]);
  const dense = { num_hidden: String(classes) };
  body = graph.add("FullyConnected", "fc", dense, [
    body,
    graph.variable("fc_weight", dense),
    graph.variable("fc_bias", dense),
  ]);
  const head = multiLabel ? "LogisticRegressionOutput" : "SoftmaxOutput";
  graph.add(head, "softmax", {}, [body, graph.variable("softmax_label")]);
  return graph.nodes;
}

class GraphBuilder {
  readonly nodes: SymbolNode[] = [];

  add(op: string, name: string, attrs: Readonly<Record<string, string>>, inputs: readonly number[]): number {
    return this.#push({ op, name, attrs, inputs: inputs.map((node) => [node, 0]) });
  }

  variable(name: string, attrs: Readonly<Record<string, string>> = {}): number {
    return this.#push({ op: "null", name, attrs, inputs: [] });
  }

  convolution({ name, filters, kernel, stride, pad }: Convolution, input: number, printPad = true): number {
    const attrs = {
      kernel: `(${kernel}, ${kernel})`,
      no_bias: "True",
      num_filter: String(filters),
      ...(printPad ? { pad: `(${pad}, ${pad})` } : {}),
      stride: `(${stride}, ${stride})`,
      workspace: "256",
    };
    return this.add("Convolution", name, attrs, [input, this.variable(`${name}_weight`, attrs)]);
  }

  batchNorm(name: string, input: number, fixGamma: boolean): number {
    // Python's way to print 2e-5.
    const attrs = {
      eps: NORM_EPSILON.toExponential().replace("e-5", "e-05"),
      fix_gamma: fixGamma ? "True" : "False",
      momentum: String(NORM_MOMENTUM),
    };
    const gamma = this.variable(`${name}_gamma`, attrs);
    const beta = this.variable(`${name}_beta`, attrs);
    const mean = this.variable(`${name}_moving_mean`, { __init__: '["zero", {}]', ...attrs });
    const variance = this.variable(`${name}_moving_var`, { __init__: '["one", {}]', ...attrs });
    const inputs = [
      [input, 0],
      [gamma, 0],
      [beta, 0],
      [mean, 1],
      [variance, 1],
    ] as const;
    return this.#push({ op: "BatchNorm", name, attrs, inputs });
  }

  relu(name: string, input: number): number {
    return this.add("Activation", name, { act_type: "relu" }, [input]);
  }

  #push(node: SymbolNode): number {
    return this.nodes.push(node) - 1;
  }
}

/** The text of `image-classification-symbol.json`, byte for byte as the service's MXNet writes it. */
export function symbolJson(architecture: Architecture): string {
  const nodes = symbolNodes(architecture);
  const argNodes = nodes.flatMap(({ op }, index) => (op === "null" ? [index] : []));
  const rowPointers = [0];
  for (const node of nodes) rowPointers.push((rowPointers.at(-1) as number) + outputsOf(node));
  return [
    "{",
    '  "nodes": [',
    nodes.map(nodeText).join(", \n"),
    "  ], ",
    `  "arg_nodes": [\n${argNodes.map((node) => `    ${node}`).join(", \n")}\n  ], `,
    `  "node_row_ptr": [\n${rowPointers.map((row) => `    ${row}`).join(", \n")}\n  ], `,
    `  "heads": [[${nodes.length - 1}, 0, 0]], `,
    `  "attrs": {"mxnet_version": ["int", ${MXNET_VERSION}]}`,
    "}",
  ].join("\n");
}

/** Batch normalization also gives mean and variance, max pooling (in builds with MKL-DNN) its work space. */
function outputsOf({ op, attrs }: SymbolNode): number {
  if (op === "BatchNorm") return 3;
  return op === "Pooling" && attrs["pool_type"] === "max" ? 2 : 1;
}

function nodeText({ op, name, attrs, inputs }: SymbolNode): string {
  const fields = [`"op": ${JSON.stringify(op)}`, `"name": ${JSON.stringify(name)}`];
  const pairs = Object.entries(attrs).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  if (pairs.length === 1) fields.push(`"attrs": {${pairs[0]}}`);
  if (pairs.length > 1) fields.push(`"attrs": {\n${pairs.map((pair) => `        ${pair}`).join(", \n")}\n      }`);
  fields.push(`"inputs": [${inputs.map(([node, version]) => `[${node}, 0, ${version}]`).join(", ")}]`);
  return `    {\n${fields.map((field) => `      ${field}`).join(", \n")}\n    }`;
}
