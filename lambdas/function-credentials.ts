/**
 * Takes the place of the SDK's credential chain in the bundles. A function gets its credentials in its environment and
 * nowhere else; the chain would bring along the clients of STS, SSO and sign-in, about 130 KB of every bundle.
 */

interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Same name as the chain's, which the SDK's clients import. */
export const defaultProvider = () => async (): Promise<FunctionCredentials> => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: this runs as a Lambda function only',
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};
