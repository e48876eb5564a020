import { expect, test } from 'vitest';
import { refuseVolumeKey } from './volume-key.ts';

test.each(['ml.g5.2xlarge', 'ml.g4dn.xlarge', 'ml.p4d.24xlarge', 'ml.m5d.large', 'ml.trn1.2xlarge'])(
  '%s has local storage and takes no key',
  (type) => {
    expect(() => refuseVolumeKey('VolumeKmsKeyId', type, 'alias/key')).toThrow(
      expect.objectContaining({ code: 'ValidationException' }),
    );
    expect(() => refuseVolumeKey('VolumeKmsKeyId', type, undefined)).not.toThrow();
  },
);

test.each(['ml.m5.large', 'ml.c5.xlarge', 'ml.p3.2xlarge', 'ml.inf2.xlarge', 'ml.r6i.large'])(
  '%s has a volume of its own, which a key may encrypt',
  (type) => {
    expect(() => refuseVolumeKey('VolumeKmsKeyId', type, 'alias/key')).not.toThrow();
  },
);
