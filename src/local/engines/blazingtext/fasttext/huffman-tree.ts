/** Inner nodes and leaves of the tree of hierarchical softmax. Nodes below `leaves` are the labels. */
export interface HuffmanTree {
  readonly leaves: number;
  readonly root: number;
  /** By inner node number minus `leaves`. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Rebuilds the tree from the label counts, which must fall: model files do not store it.
 *
 * @remarks Two queues, leaves from the rarest up and inner nodes as they are made; of equal counts the inner node is
 * taken first. The order of the steps decides the tree, so it follows the format's reference implementation.
 */
export function buildHuffmanTree(counts: Float64Array): HuffmanTree {
  const leaves = counts.length;
  const total = Math.max(1, 2 * leaves - 1);
  const weights = new Float64Array(total).fill(1e15);
  weights.set(counts);
  const left = new Int32Array(Math.max(0, leaves - 1));
  const right = new Int32Array(Math.max(0, leaves - 1));
  let leaf = leaves - 1;
  let inner = leaves;
  const takeLightest = (): number =>
    leaf >= 0 && (weights[leaf] as number) < (weights[inner] as number) ? leaf-- : inner++;
  for (let node = leaves; node < total; node++) {
    const first = takeLightest();
    const second = takeLightest();
    left[node - leaves] = first;
    right[node - leaves] = second;
    weights[node] = (weights[first] as number) + (weights[second] as number);
  }
  return { leaves, root: total - 1, left, right };
}
