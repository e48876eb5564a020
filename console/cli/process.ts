/** What holds for the whole process. Imported before everything else: clients are made while modules load. */

// The SDK's notice of Node versions to come is for us, not for who asks for a status.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// `driftless ... | head` ends the reader first, which is no fault of anybody
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
