import type { TransformInput } from "../../inputs/index.js";
import { Transformer, type TransformerOptions, type TransformOptions } from "../../transformers/index.js";

const JSON_LINES = "application/jsonlines";

/**
 * Runs a BlazingText model over files of JSON Lines: {@link Transformer} with the settings that BlazingText needs.
 *
 * @remarks Input is one `{"source": "a text"}` per line, see {@link blazingTextBatch}. The input is split by line, the answers
 * are joined by line, and content type and accept are `application/jsonlines`; each can be set to something else.
 *
 * @public
 */
export class BlazingTextTransformer extends Transformer {
  /** @throws {@link ValidationError} `INVALID_OPTIONS` with every fault */
  constructor(options: TransformerOptions) {
    super({ ...options, accept: options.accept ?? JSON_LINES, assembleWith: options.assembleWith ?? "Line" });
  }

  /** As {@link Transformer.toRequest}, with content type `application/jsonlines` and split by line unless told otherwise. */
  override toRequest(
    ...[data, options = {}]: Parameters<Transformer["toRequest"]>
  ): ReturnType<Transformer["toRequest"]> {
    return super.toRequest(data, withDefaults(data, options));
  }
}

/** A TransformInput says itself how it is to be read. */
function withDefaults(data: string | TransformInput, options: TransformOptions): TransformOptions {
  if (typeof data !== "string") return options;
  return { ...options, contentType: options.contentType ?? JSON_LINES, splitType: options.splitType ?? "Line" };
}
