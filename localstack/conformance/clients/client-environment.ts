/** The environment in which AWS's own programs find the local cloud, and nothing of the machine's own settings. */
import type { ClientConfig } from '../../testing/start-cloud.ts';

export function clientEnvironment({ endpoint, region, credentials }: ClientConfig): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(others),
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    // a profile or a pager of this machine must not change what is printed
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}
