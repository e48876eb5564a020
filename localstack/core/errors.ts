/** An error as AWS sends it: a code the client matches on, a message, and an HTTP status. */

/** Extra members of a modelled error shape, for example `OriginalStatusCode` of SageMaker's ModelError. */
export type ErrorFields = Readonly<Record<string, unknown>>;

/** Thrown by an operation; the protocol layer writes it in the caller's wire format. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: ErrorFields;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: ErrorFields; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}

/** What everything answers that this cloud does not do: loud, and naming itself. */
export class NotImplementedByLocalCloud extends AwsError {
  constructor(what: string) {
    super('NotImplementedByLocalCloud', `not implemented by the local cloud: ${what}`, { status: 501 });
  }
}
