/** Started by a test as a process of its own: the cloud of this folder, until it is killed or told to stop. */
import { startCloud } from '../../console/local/cloud-process.ts';

const cloud = await startCloud(Number(process.argv[2]));
process.once('SIGTERM', () => void cloud.stop());
// told only now, so that who waits for it may send the signal at once
process.stdout.write(`${cloud.endpoint}\n`);
