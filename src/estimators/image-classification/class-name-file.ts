import { LabelIndex } from "../../formats/index.js";
import type { CreateTrainingJobRequest } from "../../jobs/index.js";
import type { CallOptions, Session } from "../../session/index.js";
import { type JobFile, loadJobFile, storeJobFile } from "../job-file.js";

const file: JobFile = { name: "class-names.json", what: "class names" };

/** Stores the names of a job that has been created. A refusal is logged: the job itself goes on. */
export async function storeClassNames(
  session: Session,
  request: CreateTrainingJobRequest,
  classNames: readonly string[],
  options: CallOptions,
): Promise<void> {
  await storeJobFile(session, request, file, new LabelIndex(classNames), options);
}

/** The names that {@link storeClassNames} stored; undefined when there are none or they cannot be used. */
export async function loadClassNames(
  session: Session,
  job: { readonly jobName: string; readonly outputPath: string; readonly classes: unknown },
  options: CallOptions,
): Promise<readonly string[] | undefined> {
  const read = (value: unknown): readonly string[] => {
    const { names } = LabelIndex.fromJSON(value);
    if (names.length === job.classes) return names;
    throw new Error(`it holds ${names.length} names, but the job has ${String(job.classes)} classes`);
  };
  return loadJobFile(session, job, file, read, options);
}
