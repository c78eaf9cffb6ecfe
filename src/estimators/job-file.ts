import { ValidationError } from "../errors/index.js";
import { joinS3Uri } from "../internal/s3-uri.js";
import type { CreateTrainingJobRequest } from "../jobs/index.js";
import type { CallOptions, Session } from "../session/index.js";

/** A small file that is stored with a job, because the service does not keep what it holds. */
export interface JobFile {
  /** For example `class-names.json`. */
  readonly name: string;
  /** What it holds, in the plural, as the subject of a sentence: `class names`. */
  readonly what: string;
}

/** Beside the folder `output/` of the job, where the service puts the model. */
function uriOf(file: JobFile, outputPath: string, jobName: string): string {
  return joinS3Uri(outputPath, jobName, file.name);
}

/** Stores a value as JSON with a job that has been created. A refusal is logged: the job itself goes on. */
export async function storeJobFile(
  session: Session,
  { TrainingJobName: jobName = "", OutputDataConfig: output }: CreateTrainingJobRequest,
  file: JobFile,
  value: object,
  { signal }: CallOptions,
): Promise<void> {
  const uri = uriOf(file, output?.S3OutputPath ?? "", jobName);
  try {
    await session.uploadString(`${JSON.stringify(value)}\n`, uri, {
      contentType: "application/json",
      kmsKeyId: output?.KmsKeyId,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    session.logger?.warn(
      `The ${file.what} of ${jobName} could not be stored as ${uri}; give them to attach() yourself. ${String(error)}`,
    );
  }
}

/**
 * What {@link storeJobFile} stored; undefined when there is nothing or it cannot be used.
 *
 * @param read - takes the parsed JSON; throws to refuse it
 */
export async function loadJobFile<T>(
  session: Session,
  job: { readonly jobName: string; readonly outputPath: string },
  file: JobFile,
  read: (value: unknown) => T,
  { signal }: CallOptions,
): Promise<T | undefined> {
  const uri = uriOf(file, job.outputPath, job.jobName);
  let text: string;
  try {
    text = await session.readS3File(uri, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    // Most jobs have no such file; anything else than its absence is worth a word.
    if (!ValidationError.is(error)) {
      session.logger?.warn(`The ${file.what} of ${job.jobName} could not be read and are left out. ${String(error)}`);
    }
    return undefined;
  }
  try {
    return read(JSON.parse(text));
  } catch (error) {
    session.logger?.warn(`The ${file.what} in ${uri} are left out. ${String(error)}`);
    return undefined;
  }
}
