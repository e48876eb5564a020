/** The app as the CDK CLI runs it: `node main.mjs VERSION HANDLERS`. */
import { buildApp } from './app.mjs';

const [version, handlers] = process.argv.slice(2);
buildApp({ version, handlers });
