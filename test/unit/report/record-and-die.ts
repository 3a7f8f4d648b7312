// A run that is killed in the middle: records 30 events into the folder it is given, then ends without a chance to clean up.
import { createRunFolder } from '../../../src/report/run-folder.ts';
import { sampleEvents } from './sample.ts';

const { recorder } = await createRunFolder({ root: '.', output: process.argv[2] });
for (const event of sampleEvents.slice(0, 30)) recorder.onEvent?.(event);
process.kill(process.pid, 'SIGKILL');
