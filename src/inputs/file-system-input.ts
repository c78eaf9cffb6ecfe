import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { enumIssues, textIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { Channel } from "./channel.js";

/**
 * Options of {@link FileSystemInput}.
 *
 * @public
 */
export interface FileSystemInputOptions {
  readonly fileSystemType: "EFS" | "FSxLustre";
  /** Absolute path inside the file system; with FSx for Lustre it starts with the mount name. */
  readonly directoryPath: string;
  /** @defaultValue "ro" */
  readonly fileSystemAccessMode?: "ro" | "rw" | undefined;
  /** MIME type that the algorithm reads the channel as, at most 256 characters. */
  readonly contentType?: string | undefined;
}

const KNOWN = ["fileSystemType", "directoryPath", "fileSystemAccessMode", "contentType"] as const;

/**
 * A directory of an EFS or FSx for Lustre file system as one channel of a training job.
 *
 * @remarks The job must run inside the file system's VPC; that is not checked here.
 *
 * @example
 * ```ts
 * new FileSystemInput("fs-0123456789abcdef0", { fileSystemType: "EFS", directoryPath: "/train" });
 * ```
 * @public
 */
export class FileSystemInput {
  readonly fileSystemId: string;
  readonly options: FileSystemInputOptions;

  /**
   * @param fileSystemId - `fs-` and hexadecimal digits
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   */
  constructor(fileSystemId: string, options: FileSystemInputOptions) {
    const issues: ValidationIssue[] = [
      ...unknownKeyIssues(options, KNOWN, "FileSystemInput"),
      ...enumIssues(options.fileSystemType ?? null, ["EFS", "FSxLustre"], "fileSystemType"),
      ...enumIssues(options.fileSystemAccessMode, ["ro", "rw"], "fileSystemAccessMode"),
      ...textIssues(options.contentType, "contentType", 256),
    ];
    if (!/^fs-[0-9a-f]{8,}$/u.test(fileSystemId)) {
      issues.push({
        path: ["fileSystemId"],
        message: `fileSystemId is "fs-" and at least 8 hexadecimal digits; got ${shown(fileSystemId)}`,
      });
    }
    if (typeof options.directoryPath !== "string" || !options.directoryPath.startsWith("/")) {
      issues.push({
        path: ["directoryPath"],
        message: `directoryPath must be absolute, for example "/train"; got ${shown(options.directoryPath)}`,
      });
    }
    if (issues.length > 0) throw new ValidationError("FileSystemInput", issues);
    this.fileSystemId = fileSystemId;
    this.options = Object.freeze({ ...options });
  }

  /** The element of `InputDataConfig` for the channel of this name, exactly as it is sent. */
  toChannel(channelName: string): Channel {
    const o = this.options;
    return {
      ChannelName: channelName,
      DataSource: {
        FileSystemDataSource: {
          FileSystemId: this.fileSystemId,
          FileSystemType: o.fileSystemType,
          DirectoryPath: o.directoryPath,
          FileSystemAccessMode: o.fileSystemAccessMode ?? "ro",
        },
      },
      ...(o.contentType !== undefined && { ContentType: o.contentType }),
    };
  }
}
