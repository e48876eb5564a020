/** Text in the characters that SageMaker and EventBridge take. Pure. */

/** SageMaker's limits for customer metadata. @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html */
export const METADATA_LIMITS = { entries: 50, key: 128, value: 256 } as const;

/** Longest description of a package and of an approval. */
const LONGEST_DESCRIPTION = 1024;

/** One line of at most `longest` characters: line breaks and control characters become spaces. */
export function oneLine(text: string, longest: number = LONGEST_DESCRIPTION): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 3).trimEnd()}...`;
}

/** As `oneLine`, in letters, digits, spaces and `_.:/=+-@` only, as customer metadata has to be. */
export function metadataText(text: string, longest: number = METADATA_LIMITS.value): string {
  const plain = text.replace(/[^\p{L}\p{N}_.:/=+\-@]+/gu, ' ').trim();
  return plain.slice(0, longest).trimEnd();
}

/** A number with at most four significant digits after a leading zero, as a person reads it. */
export function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
