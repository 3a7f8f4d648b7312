// A harness of its own for a terminal: boots the plan in the file named by argument 1 and says how it ended.
import { readFile } from 'node:fs/promises';
import { bootInTerminal } from '../../src/boot/terminal.ts';
import type { BootPlan } from '../../src/model/boot.ts';

const plan = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as BootPlan;
const { exit } = await bootInTerminal(plan, { input: process.stdin, output: process.stdout }, new AbortController().signal);
process.stdout.write(`ended: ${JSON.stringify(exit)} raw: ${process.stdin.isRaw}\n`);
