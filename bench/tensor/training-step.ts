// CPU time of training steps against PyTorch on one thread: the same networks, sizes and optimizers.

import { TensorEngine as Engine, type TensorEngine } from "../../src/local/tensor/index.js";
import { bench, type NodeVariant } from "../harness.js";
import { lstmStep, resnetStep } from "./networks.js";
import { torchPeer } from "./torch-peer.js";

const RESNET_STEPS = 20;
const LSTM_STEPS = 40;

function ours(make: (engine: TensorEngine) => () => void, steps: number): NodeVariant {
  return async (measure) => {
    const engine = await Engine.create();
    const step = make(engine);
    for (let i = 0; i < Math.max(3, steps / 10); i++) step();
    await measure(() => {
      for (let i = 0; i < steps; i++) step();
    });
  };
}

await bench(import.meta.url, {
  title: "Tensor engine: training steps",
  variants: {
    "ResNet-18 ours": ours(resnetStep, RESNET_STEPS),
    "ResNet-18 PyTorch": torchPeer(["resnet", String(RESNET_STEPS)]),
    "LSTM ours": ours(lstmStep, LSTM_STEPS),
    "LSTM PyTorch": torchPeer(["lstm", String(LSTM_STEPS)]),
  },
  comparisons: [
    {
      id: "T1",
      work: "ResNet-18, 7 x 7 stem, 20 images of 28 x 28",
      ...{ ours: "ResNet-18 ours", peer: "ResNet-18 PyTorch", goal: 1 },
    },
    { id: "T2", work: "LSTM 3 x 40, 100 steps, 32 rows", ours: "LSTM ours", peer: "LSTM PyTorch", goal: 1.4 },
  ],
});
