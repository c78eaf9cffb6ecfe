import { FormatError } from "../errors/index.js";

/** What is wrong with which field of a record. Whoever knows the place turns it into a FormatError. */
export class RecordFault extends Error {
  readonly field: string | undefined;

  constructor(problem: string, field?: string) {
    super(problem);
    this.field = field;
  }

  /** The public error for a record that is being written. */
  toFormatError(format: string, record: number): FormatError {
    const { field } = this;
    return new FormatError(this.message, { code: "FORMAT_INVALID_RECORD", format, record, counted: "record", field });
  }
}
