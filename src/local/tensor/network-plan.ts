import type { Layer, Tensor } from "./layer.js";
import { Convolution } from "./layers/convolution.js";
import { Add } from "./layers/elementwise.js";
import { MemorySlots } from "./memory-slots.js";

/** Layers that read each tensor, in order. */
function consumersOf(layers: readonly Layer[]): Map<Tensor, Layer[]> {
  const consumers = new Map<Tensor, Layer[]>();
  for (const layer of layers) {
    for (const tensor of inputsOf(layer)) consumers.set(tensor, [...(consumers.get(tensor) ?? []), layer]);
  }
  return consumers;
}

/** Inputs of a layer, the addend of a convolution included. */
function inputsOf(layer: Layer): readonly Tensor[] {
  return layer instanceof Convolution && layer.addend ? [...layer.inputs, layer.addend] : layer.inputs;
}

function producersOf(layers: readonly Layer[]): Map<Tensor, number> {
  return new Map(layers.map((layer, index) => [layer.output, index]));
}

/** Drops additions whose last computed term comes from a convolution: that one starts its sums from the other term. */
export function fuseAdditions(layers: readonly Layer[]): Layer[] {
  const fused = [...layers];
  for (const add of layers) {
    if (!(add instanceof Add)) continue;
    const producers = producersOf(fused);
    const consumers = consumersOf(fused);
    const terms = [...add.inputs].sort((a, b) => (producers.get(b) ?? -1) - (producers.get(a) ?? -1));
    const [last, other] = terms as [Tensor, Tensor];
    const convolution = fused[producers.get(last) ?? -1];
    const alone = consumers.get(last)?.length === 1 && last !== other;
    if (!(convolution instanceof Convolution) || convolution.addend || !alone) continue;
    convolution.addend = other;
    convolution.output = add.output;
    fused.splice(fused.indexOf(add), 1);
  }
  return fused;
}

type Reserve = (bytes: number) => number;

/**
 * Gives all tensors but the input their addresses.
 *
 * In training, values live until the backward pass and only gradients share memory; else values share it too.
 */
export function placeTensors(
  layers: readonly Layer[],
  input: Tensor,
  result: Tensor,
  batch: number,
  training: boolean,
  reserve: Reserve,
): void {
  placeValues(layers, input, result, batch, training, reserve);
  if (training) placeGradients(layers, input, result, batch, reserve);
}

function placeValues(
  layers: readonly Layer[],
  input: Tensor,
  result: Tensor,
  batch: number,
  training: boolean,
  reserve: Reserve,
): void {
  const consumers = consumersOf(layers);
  const producers = producersOf(layers);
  const slots = new MemorySlots();
  const slotOf = new Map<Tensor, number>();
  for (const layer of layers) {
    const lastUse = (tensor: Tensor): boolean =>
      tensor !== input && tensor !== result && consumers.get(tensor)?.at(-1) === layer;
    // In training a value must survive for those that read it in the backward pass.
    const replaceable = (tensor: Tensor): boolean => {
      if (!lastUse(tensor)) return false;
      if (!training) return true;
      const producer = layers[producers.get(tensor) ?? -1];
      const others = consumers.get(tensor)?.filter((consumer) => consumer !== layer) ?? [];
      return producer?.keeps.output === false && others.every(({ keeps }) => !keeps.inputs);
    };
    const [first] = layer.inputs;
    const { addend } = layer instanceof Convolution ? layer : { addend: undefined };
    let shared: Tensor | undefined;
    if (addend && addend !== first && addend.size === layer.output.size && replaceable(addend)) shared = addend;
    else if (layer.inPlace && first && (!training || !layer.keeps.inputs) && replaceable(first)) shared = first;
    const sharedSlot = shared && slotOf.get(shared);
    slotOf.set(layer.output, sharedSlot ?? slots.acquire(batch * layer.output.size * 4));
    if (training) continue;
    for (const tensor of new Set(inputsOf(layer))) {
      const slot = slotOf.get(tensor);
      if (tensor !== shared && lastUse(tensor) && slot !== undefined) slots.release(slot);
    }
  }
  const addresses = slots.place(reserve);
  for (const [tensor, slot] of slotOf) tensor.value = addresses[slot] ?? 0;
}

/** Goes backward through the layers: the first that writes a gradient takes a buffer, its producer gives it back. */
function placeGradients(
  layers: readonly Layer[],
  input: Tensor,
  result: Tensor,
  batch: number,
  reserve: Reserve,
): void {
  const slots = new MemorySlots();
  const slotOf = new Map<Tensor, number>([[result, slots.acquire(batch * result.size * 4)]]);
  for (const layer of [...layers].reverse()) {
    const own = slotOf.get(layer.output);
    if (own === undefined) throw new RangeError(`nothing uses the output of "${layer.name}"`);
    let handedOn = false;
    const uses = layer.gradientUses;
    uses.length = 0;
    const ask = (tensor: Tensor, mayTakeOver: boolean): void => {
      if (tensor === input) uses.push("none");
      else if (slotOf.has(tensor)) uses.push("add");
      else {
        uses.push("write");
        const takesOver = mayTakeOver && !handedOn;
        slotOf.set(tensor, takesOver ? own : slots.acquire(batch * tensor.size * 4));
        handedOn ||= takesOver;
      }
    };
    const inPlace = layer.gradientInPlace || layer instanceof Add;
    for (const tensor of layer.inputs) ask(tensor, inPlace);
    if (layer instanceof Convolution && layer.addend) ask(layer.addend, true);
    if (!handedOn) slots.release(own);
  }
  const addresses = slots.place(reserve);
  for (const [tensor, slot] of slotOf) tensor.gradient = addresses[slot] ?? 0;
}
