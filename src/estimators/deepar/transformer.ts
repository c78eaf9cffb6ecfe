import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { type DeepARSeries, readDeepAR } from "../../formats/index.js";
import { TransformInput } from "../../inputs/index.js";
import { enumIssues } from "../../internal/checks.js";
import type { TransformJob } from "../../jobs/index.js";
import type { CallOptions } from "../../session/index.js";
import { outputFiles, Transformer, type TransformerOptions, type TransformOptions } from "../../transformers/index.js";
import { deepARBatch } from "./batch.js";
import { type DeepARForecastSettings, wireConfiguration } from "./configuration.js";
import type { DeepARForecast } from "./forecast.js";
import { checkHostingInstance, type DeepARHostingInstanceType } from "./hosting.js";
import { checkedModelCard, type DeepARModelCard } from "./model-card.js";

/**
 * Options of {@link DeepARTransformer}: those of a {@link Transformer} without the ones that DeepAR fixes, and what the
 * forecasts consist of.
 *
 * @public
 */
export interface DeepARTransformerOptions
  extends Omit<TransformerOptions, "strategy" | "assembleWith" | "instanceType"> {
  readonly instanceType: DeepARHostingInstanceType;
  /** Frequency and prediction length of the model; needed by {@link DeepARTransformer.results}. */
  readonly modelCard?: DeepARModelCard | undefined;
  /** What every forecast consists of; sent as the environment variable `DEEPAR_INFERENCE_CONFIG`. */
  readonly inference?: DeepARForecastSettings | undefined;
}

/**
 * One series of a batch with its forecast.
 *
 * @public
 */
export interface DeepARBatchResult {
  /** S3 URI of the input. */
  readonly input: string;
  /** Line of the series in its input, from 1. */
  readonly line: number;
  readonly series: DeepARSeries;
  /** Undefined when the job wrote no output for the file, as for one with a faulty line. */
  readonly forecast: DeepARForecast | undefined;
}

const CONFIGURATION = "DEEPAR_INFERENCE_CONFIG";
/** Longest value of an environment variable of a transform job. */
const MAX_ENVIRONMENT_CHARACTERS = 10_240;

/**
 * Runs a DeepAR model over files of series: {@link Transformer} with the settings without which DeepAR fails.
 *
 * @remarks
 * Input is one series a line, see {@link deepARBatch}. Every line is one request (strategy `SingleRecord`, split and
 * assembled by `Line`, content type `application/jsonlines`); other settings are refused [DA-16].
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar-in-formats.html (batch transform)
 * @public
 */
export class DeepARTransformer extends Transformer {
  /** What the model expects; undefined when it was not given. */
  readonly modelCard: DeepARModelCard | undefined;

  /** @throws {@link ValidationError} `INVALID_OPTIONS` with every fault */
  constructor(options: DeepARTransformerOptions) {
    const { modelCard, inference, ...own } = options;
    const { strategy, assembleWith } = own as Partial<TransformerOptions>;
    const issues = [
      ...fixed(strategy, "SingleRecord", "strategy"),
      ...fixed(assembleWith, "Line", "assembleWith"),
      ...configurationIssues(inference, own.environment),
    ];
    if (issues.length > 0) throw new ValidationError("DeepARTransformer", issues);
    checkHostingInstance(own.instanceType, "DeepARTransformer");
    const configuration = inference && wireConfiguration(inference, "DeepARTransformer");
    const card = modelCard && checkedModelCard(modelCard);
    super({
      ...own,
      strategy: "SingleRecord",
      assembleWith: "Line",
      ...(configuration && { environment: { ...own.environment, [CONFIGURATION]: JSON.stringify(configuration) } }),
    });
    this.modelCard = card;
  }

  /** As {@link Transformer.toRequest}, with content type `application/jsonlines`, split by line. */
  override async toRequest(
    ...[data, options = {}]: Parameters<Transformer["toRequest"]>
  ): ReturnType<Transformer["toRequest"]> {
    const given: TransformOptions = typeof data === "string" ? options : data.options;
    const issues = [
      ...fixed(given.splitType, "Line", "splitType"),
      ...fixed(given.contentType, deepARBatch.contentType, "contentType"),
    ];
    if (issues.length > 0) throw new ValidationError("DeepARTransformer", issues);
    const settings = { contentType: deepARBatch.contentType, splitType: "Line" } as const;
    return typeof data === "string"
      ? super.toRequest(data, { ...options, ...settings })
      : super.toRequest(new TransformInput(data.s3Data, { ...data.options, ...settings }), options);
  }

  /**
   * The forecasts of a job with their series, file by file in the order of the keys, line by line.
   *
   * @remarks Lists input and output of the job, then reads one input with its output at a time as they are consumed.
   *
   * @throws {@link FormatError} for an output that is not the forecasts of its input
   * @throws {@link ValidationError} `INVALID_OPTIONS` when there is no job or no model card
   */
  async *results(
    options: CallOptions & {
      /** The job to read. @defaultValue `latestTransformJob` */
      readonly job?: TransformJob | undefined;
    } = {},
  ): AsyncGenerator<DeepARBatchResult, void, void> {
    const { job = this.latestTransformJob, signal } = options;
    const { modelCard } = this;
    const issues: ValidationIssue[] = [];
    if (job === undefined) issues.push({ path: [], message: "results() needs a job; start one with transform()" });
    if (modelCard === undefined) {
      issues.push({
        path: ["modelCard"],
        message: "results() needs the option modelCard, for the times of the forecasts",
      });
    }
    if (job === undefined || modelCard === undefined) throw new ValidationError("DeepARTransformer", issues);
    for (const { input, output, exists } of await outputFiles(job, { signal })) {
      const bytes = await this.session.readS3Bytes(input, { signal });
      const answers = exists ? await this.session.readS3Bytes(output, { signal }) : undefined;
      const forecasts =
        answers && deepARBatch.forecasts(answers, { modelCard, inputs: readDeepAR(bytes, { signal }), signal });
      let line = 0;
      for await (const series of readDeepAR(bytes, { signal })) {
        line++;
        const next = await forecasts?.next();
        yield { input, line, series, forecast: next?.value ?? undefined };
      }
      // Says so when the output has more lines than the input.
      await forecasts?.next();
    }
  }
}

function fixed(value: unknown, wanted: string, name: string): ValidationIssue[] {
  return enumIssues(value, [wanted], name).map(({ path, message }) => ({
    path,
    message: `${message}; anything else fails at run time [DA-16]`,
  }));
}

function configurationIssues(
  inference: DeepARForecastSettings | undefined,
  environment: Readonly<Record<string, string>> | undefined,
): ValidationIssue[] {
  if (inference === undefined) return [];
  if (environment?.[CONFIGURATION] !== undefined) {
    return [
      { path: ["inference"], message: `inference and environment.${CONFIGURATION} are given; leave one of them out` },
    ];
  }
  const { length } = JSON.stringify(wireConfiguration(inference, "DeepARTransformer") ?? {});
  if (length <= MAX_ENVIRONMENT_CHARACTERS) return [];
  const message = `inference has ${length} characters as ${CONFIGURATION}, and an environment variable takes ${MAX_ENVIRONMENT_CHARACTERS}; ask for fewer quantiles`;
  return [{ path: ["inference"], message }];
}
