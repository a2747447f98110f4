/** A file that cannot be read as what it should be; the message says where, and what to do. */
export class FileError extends Error {
  /** Name by which callers tell it from programming errors. */
  override readonly name = "FileError";
}
