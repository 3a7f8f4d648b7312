// A harness of its own that runs one guest until it is killed: argument 1 is a file with the plan, argument 2 the guard.
import { readFile } from 'node:fs/promises';
import { startVm } from '../../src/boot/vm.ts';
import type { Guard } from '../../src/boot/spawn.ts';
import type { BootPlan } from '../../src/model/boot.ts';

const [file = '', guard] = process.argv.slice(2);
const plan = JSON.parse(await readFile(file, 'utf8')) as BootPlan;
process.stdout.write('starting\n');
const vm = startVm(plan, { signal: new AbortController().signal, guard: guard as Guard, onConsole: () => undefined });
await vm.exit;
process.stdout.write('ended\n');
