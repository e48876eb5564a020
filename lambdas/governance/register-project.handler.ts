/** `Custom::DriftlessProject`, the custom resource of a project's stack. */
import { makeHandler } from '../shared/make-handler.ts';
import type { RegisterProjectProperties } from './contract.ts';
import { answerCustomResource, type CustomResourceRequest } from './custom-resource.ts';
import { registerProject } from './register-project.ts';
import { forgetProject } from './runtime-resources.ts';

export const handler = makeHandler<CustomResourceRequest<RegisterProjectProperties>, void>({
  name: 'register-project',
  run: (request) =>
    answerCustomResource(request, async ({ RequestType, ResourceProperties: properties }) => {
      const physicalResourceId = properties.Project;
      if (RequestType === 'Delete') {
        await forgetProject(properties);
        return { physicalResourceId };
      }
      const { settingsDigest, codeDigest, trainingDigest } = await registerProject(properties);
      const data = {
        SettingsDigest: settingsDigest,
        CodeDigest: codeDigest,
        TrainingDigest: trainingDigest,
      };
      return { physicalResourceId, data };
    }),
});
