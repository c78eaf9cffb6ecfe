import { join } from "node:path";
import { ContainerLog } from "../container-log.js";
import { type ChannelFile, type ChannelInput, JobFailure, type TrainingContext } from "../contract.js";
import { pythonFloat } from "../python-text.js";
import { channelText, onlyFile, startsWithByteOrderMark } from "./channel-text.js";
import { type Corpus, CorpusEncoder, countTokens, readTokens } from "./corpus.js";
import type { Dictionary } from "./fasttext/dictionary.js";
import { WordInterner } from "./fasttext/word-interner.js";
import { writeModel } from "./fasttext/write-model.js";
import { readHyperparameters, type SupervisedHyperparameters } from "./hyperparameters.js";
import { compileKernel, instantiateKernel } from "./kernel.js";
import { millionPerSecond, progressLine } from "./log-lines.js";
import { SupervisedTrainer } from "./supervised-trainer.js";
import { TrainingMemory } from "./training-memory.js";
import { buildDictionary, tokenCodes } from "./vocabulary.js";

const SECONDS_BETWEEN_PROGRESS = 2;

/** One training job of mode `supervised`: reads the channels, trains, and leaves `model.bin` in the model folder. */
export async function train(context: TrainingContext): Promise<void> {
  const { signal } = context;
  signal.throwIfAborted();
  const hyperparameters = readHyperparameters(context.hyperParameters);
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Arguments: train");
  log.info("Running single machine CPU BlazingText training using supervised mode.");
  const trainFile = await announce(channelOf(context, "train"), log);
  const validationFile = await announce(channelOf(context, "validation"), log);
  if (!trainFile) throw new JobFailure("ClientError", "No train channel was given.");
  if (hyperparameters.early_stopping && !validationFile) {
    throw new JobFailure("ClientError", "early_stopping needs a validation channel.");
  }

  const run = await prepare(context, hyperparameters, trainFile, validationFile, log);
  const { trainer } = run;
  try {
    await trainer.start();
    const started = performance.now();
    const epochs = await trainEpochs(context, hyperparameters, run, log);
    const seconds = (performance.now() - started) / 1000;
    const words = epochs * run.corpus.tokens;
    log.bare("Training finished.");
    log.bare(`Average throughput in Million words/sec: ${millionPerSecond(words, seconds)}`);
    log.bare(`Total training time in seconds: ${seconds.toFixed(2)}`);
    trainer.restoreBest();
    await report(trainer, "train", run.corpus, signal, log);
    if (run.validation) await report(trainer, "validation", run.validation, signal, log);
  } finally {
    await trainer.stop();
  }

  const { vector_dim, epochs, min_count, word_ngrams, buckets } = hyperparameters;
  await writeModel(join(context.modelDir, "model.bin"), {
    settings: {
      dimension: vector_dim,
      windowSize: 5,
      epochs,
      minCount: min_count,
      negatives: 5,
      wordNgrams: word_ngrams,
      loss: "softmax",
      kind: "supervised",
      buckets: word_ngrams > 1 ? buckets : 0,
      minCharacters: 0,
      maxCharacters: 0,
      updateRate: 100,
      samplingThreshold: 1e-4,
    },
    dictionary: run.dictionary,
    input: trainer.inputRows(),
    output: trainer.outputRows(),
  });
}

interface ChannelText {
  readonly channel: ChannelInput;
  readonly file: ChannelFile;
}

interface Run {
  readonly trainer: SupervisedTrainer;
  readonly dictionary: Dictionary;
  readonly corpus: Corpus;
  readonly validation: Corpus | undefined;
}

function channelOf(context: TrainingContext, name: string): ChannelInput | undefined {
  return context.channels.find((channel) => channel.name === name);
}

async function announce(channel: ChannelInput | undefined, log: ContainerLog): Promise<ChannelText | undefined> {
  if (!channel) return undefined;
  const file = onlyFile(channel);
  log.info(`Processing ${file.containerPath} . File size: ${pythonFloat(file.sizeBytes / 2 ** 20)} MB`);
  if (channel.s3DataType !== "AugmentedManifestFile" && (await startsWithByteOrderMark(file))) {
    log.note(`${file.name} starts with a UTF-8 byte order mark: the first label of the file counts as a word.`);
  }
  return { channel, file };
}

/** Reads both texts once and lays everything that training needs into one memory. */
async function prepare(
  context: TrainingContext,
  hyperparameters: SupervisedHyperparameters,
  train: ChannelText,
  validation: ChannelText | undefined,
  log: ContainerLog,
): Promise<Run> {
  const { signal, settings } = context;
  const memory = new TrainingMemory();
  const module = compileKernel();
  const kernel = instantiateKernel(module, memory.memory);
  const interner = new WordInterner();

  const tokens = await readTokens(channelText(train.channel, train.file), interner, memory, signal);
  const counts = countTokens(tokens, memory, interner.count);
  const { dictionary, entries } = buildDictionary(interner, counts, hyperparameters.min_count);
  log.bare(`Read ${Math.floor(dictionary.tokenCount / 1e6)}M words`);
  log.bare(`Number of words:  ${dictionary.wordCount}`);
  checkDictionary(dictionary, hyperparameters.min_count, train.file);

  let validationTokens: Awaited<ReturnType<typeof readTokens>> | undefined;
  if (validation) {
    if (hyperparameters.early_stopping) log.bare(`Loading validation data from ${validation.file.containerPath}`);
    const text = channelText(validation.channel, validation.file);
    validationTokens = await readTokens(text, interner, memory, signal);
    if (hyperparameters.early_stopping) log.bare("Loaded validation data.");
  }
  const encoder = new CorpusEncoder({
    kernel,
    memory,
    interner,
    codes: tokenCodes(interner, entries, dictionary.wordCount),
    words: dictionary.wordCount,
    ngrams: hyperparameters.word_ngrams,
    buckets: hyperparameters.buckets,
  });
  const corpus = encoder.encode(tokens, true);
  const trainer = new SupervisedTrainer({
    kernel,
    module,
    memory,
    encoder,
    dictionary,
    corpus,
    settings: {
      dimension: hyperparameters.vector_dim,
      learningRate: hyperparameters.learning_rate,
      epochs: hyperparameters.epochs,
      buckets: hyperparameters.word_ngrams > 1 ? hyperparameters.buckets : 0,
      seed: settings.seed,
      threads: Math.max(1, settings.threads),
    },
  });
  const validationCorpus = validationTokens && encoder.encode(validationTokens, false);
  if (hyperparameters.early_stopping && validationCorpus?.examples === 0) {
    throw new JobFailure(
      "ClientError",
      `early_stopping needs validation lines with a label and a word of the training text; ${validation?.file.name} has none.`,
    );
  }
  return { trainer, dictionary, corpus, validation: validationCorpus };
}

function checkDictionary(dictionary: Dictionary, minCount: number, file: ChannelFile): void {
  if (dictionary.wordCount === 0) {
    throw new JobFailure(
      "ClientError",
      `Empty vocabulary. Try a smaller min_count: no word of ${file.name} occurs ${minCount} times or more.`,
    );
  }
  if (dictionary.labelCount === 0) {
    throw new JobFailure(
      "ClientError",
      `No labels found in ${file.name}: mode supervised needs a token that starts with __label__ in each line.`,
    );
  }
}

/** Returns the number of epochs made. */
async function trainEpochs(
  context: TrainingContext,
  hyperparameters: SupervisedHyperparameters,
  run: Run,
  log: ContainerLog,
): Promise<number> {
  const { trainer, validation } = run;
  const { epochs, learning_rate, early_stopping, min_epochs, patience } = hyperparameters;
  const started = performance.now();
  let printedAt = started;
  const print = (progress: number, words: number): void => {
    printedAt = performance.now();
    log.bare(progressLine(learning_rate, progress, words, (printedAt - started) / 1000));
  };
  let best = Number.NEGATIVE_INFINITY;
  let epochsSinceBest = 0;
  let epoch = 0;
  while (epoch < epochs) {
    epoch++;
    await trainer.trainEpoch(context.signal, (progress, words) => {
      if (performance.now() - printedAt >= SECONDS_BETWEEN_PROGRESS * 1000) print(progress, words);
    });
    if (!early_stopping) continue;
    log.bare(`-------------- End of epoch: ${epoch}`);
    if (validation && epoch >= min_epochs) {
      log.bare("Using 1 threads for prediction!");
      const accuracy = await trainer.accuracy(validation, context.signal);
      log.bare(`Validation accuracy: ${accuracy.toFixed(6)}`);
      if (accuracy > best) {
        best = accuracy;
        epochsSinceBest = 0;
        log.bare("Validation accuracy improved! Storing best weights...");
        trainer.storeBest();
      } else {
        epochsSinceBest++;
        log.bare(`Validation accuracy has not improved for last ${epochsSinceBest} epochs.`);
        if (epochsSinceBest >= patience) break;
      }
    }
    if (epoch < epochs) print(epoch / epochs, trainer.trainedTokens);
  }
  print(epoch / epochs, trainer.trainedTokens);
  return epoch;
}

async function report(
  trainer: SupervisedTrainer,
  name: "train" | "validation",
  corpus: Corpus,
  signal: AbortSignal,
  log: ContainerLog,
): Promise<void> {
  if (corpus.examples === 0) {
    log.note(`No ${name} accuracy: no line has both a label and a word of the training text.`);
    return;
  }
  const accuracy = await trainer.accuracy(corpus, signal);
  log.bare("");
  log.bare(`#${name}_accuracy: ${accuracy.toFixed(4)}`);
  log.bare(`Number of ${name} examples: ${corpus.examples}`);
}
