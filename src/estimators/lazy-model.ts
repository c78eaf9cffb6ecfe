import type { Model } from "../models/index.js";
import type { Session } from "../session/index.js";
import type { TransformModel } from "../transformers/index.js";

/** What a {@link LazyModel} knows from the start. */
export interface LazyModelOptions {
  readonly name: string;
  readonly imageUri: string;
  readonly enableNetworkIsolation: boolean;
  readonly session: Session;
  /** Finds the job's model and the image; called when the model is first needed. */
  make(signal: AbortSignal | undefined): Promise<Model>;
}

/**
 * The model of a training job that is looked up and created when the first transform starts. Until then nothing is sent, so
 * a transformer that is never used leaves nothing behind.
 */
export class LazyModel implements TransformModel {
  readonly name: string;
  readonly imageUri: string;
  readonly enableNetworkIsolation: boolean;
  readonly #options: LazyModelOptions;
  #model: Model | undefined;

  constructor(options: LazyModelOptions) {
    this.name = options.name;
    this.imageUri = options.imageUri;
    this.enableNetworkIsolation = options.enableNetworkIsolation;
    this.#options = options;
  }

  async create(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
    const model = this.#model ?? (await this.#options.make(options.signal));
    // Two transforms may have come here at the same time; the first model is the one.
    this.#model ??= model;
    return this.#model.create(options);
  }

  async delete(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#model) await this.#model.delete(options);
    else await this.#options.session.deleteModel(this.name, options);
  }
}
