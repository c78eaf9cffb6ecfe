import { ValidationError } from "../../errors/index.js";
import { LabelIndex } from "../../formats/index.js";
import { joinS3Uri } from "../../internal/s3-uri.js";
import type { CreateTrainingJobRequest } from "../../jobs/index.js";
import type { CallOptions, Session } from "../../session/index.js";

/** Beside the folder `output/` of the job, where the service puts the model. */
function classNameFile(outputPath: string, jobName: string): string {
  return joinS3Uri(outputPath, jobName, "class-names.json");
}

/** Stores the names of a job that has been created. A refusal is logged: the job itself goes on. */
export async function storeClassNames(
  session: Session,
  { TrainingJobName: jobName = "", OutputDataConfig: output }: CreateTrainingJobRequest,
  classNames: readonly string[],
  { signal }: CallOptions,
): Promise<void> {
  const file = classNameFile(output?.S3OutputPath ?? "", jobName);
  try {
    await session.uploadString(`${JSON.stringify(new LabelIndex(classNames))}\n`, file, {
      contentType: "application/json",
      kmsKeyId: output?.KmsKeyId,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    session.logger?.warn(
      `The class names of ${jobName} could not be stored as ${file}; give them to attach() yourself. ${String(error)}`,
    );
  }
}

/** The names that {@link storeClassNames} stored; undefined when there are none or they cannot be used. */
export async function loadClassNames(
  session: Session,
  job: { readonly jobName: string; readonly outputPath: string; readonly classes: unknown },
  { signal }: CallOptions,
): Promise<readonly string[] | undefined> {
  const file = classNameFile(job.outputPath, job.jobName);
  let text: string;
  try {
    text = await session.readS3File(file, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    // Most jobs have no such file; anything else than its absence is worth a word.
    if (!ValidationError.is(error)) {
      session.logger?.warn(`The class names of ${job.jobName} could not be read and are left out. ${String(error)}`);
    }
    return undefined;
  }
  try {
    const { names } = LabelIndex.fromJSON(JSON.parse(text));
    if (names.length === job.classes) return names;
    throw new Error(`it holds ${names.length} names, but the job has ${String(job.classes)} classes`);
  } catch (error) {
    session.logger?.warn(`The class names in ${file} are left out. ${String(error)}`);
    return undefined;
  }
}
