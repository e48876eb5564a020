/** The `kms` service: symmetric keys with real encryption, policies, grants and aliases. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { kmsAccess } from './access.ts';
import { aliasOperations } from './alias-operations.ts';
import { cryptography } from './cryptography.ts';
import { grantOperations } from './grant-operations.ts';
import { createGrantStore } from './grants.ts';
import { keyOperations } from './key-operations.ts';
import { createKeyStore } from './key-store.ts';

/** KMS over the cloud's collections. Keys whose deletion date has passed are gone at the next start or use. */
export function createKmsService(cloud: Cloud): Service {
  const store = createKeyStore(cloud);
  const grants = createGrantStore(cloud);

  function deleteDue(): void {
    for (const key of store.keys.values()) {
      if (!key.deletionDate || key.deletionDate.getTime() > cloud.clock.now()) continue;
      store.keys.delete(key.keyId);
      for (const name of store.aliasesOf(key.keyId)) store.aliases.delete(name);
      for (const { grantId } of grants.of(key.keyId)) grants.grants.delete(grantId);
    }
  }

  return {
    name: 'kms',
    authorize(operation, input, call) {
      deleteDue();
      return kmsAccess(cloud, store, grants, operation, input, call);
    },
    operations: {
      ...keyOperations(cloud, store),
      ...aliasOperations(cloud, store),
      ...cryptography(store),
      ...grantOperations(cloud, store, grants),
    },
  };
}
