/** The `iam` service: roles, users, policies. What it stores decides every call to the cloud. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { iamAccess } from './access.ts';
import { identityPolicyOperations } from './identity-policies.ts';
import { policyOperations } from './policy-operations.ts';
import { roleOperations } from './role-operations.ts';
import { iamStore } from './store.ts';
import { userOperations } from './user-operations.ts';

/** IAM over the cloud's collections. */
export function createIamService(cloud: Cloud): Service {
  const store = iamStore(cloud);
  return {
    name: 'iam',
    authorize: (operation, input) => iamAccess(cloud, store, operation, input),
    operations: {
      ...roleOperations(cloud, store),
      ...identityPolicyOperations('Role', store, store.roles),
      ...userOperations(cloud, store),
      ...identityPolicyOperations('User', store, store.users),
      ...policyOperations(cloud, store),
    },
  };
}
