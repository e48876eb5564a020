/** Which instances take a key for their volume. */

/**
 * Families whose storage is local NVMe, encrypted by the hardware: SageMaker refuses a volume key for them.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html (VolumeKmsKeyId)
 */
const LOCAL_STORAGE = /^ml\.([a-z]+\d+[a-z]*d[a-z]*|g4dn|g5|g6e?|p4de?|p5e?n?|trn\d\w*)\./;

/** The key's property, or nothing where the instance type has none. */
export function volumeKey<Name extends string>(
  property: Name,
  instanceType: string,
  keyArn: string,
): Partial<Record<Name, string>> {
  return LOCAL_STORAGE.test(instanceType) ? {} : ({ [property]: keyArn } as Record<Name, string>);
}
