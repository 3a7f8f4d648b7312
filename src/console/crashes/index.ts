// All crash tables. Order matters where two families share a trigger: the first rule that matches names the report.
import { bugFamilies } from './bug.ts';
import { lockdepFamilies } from './lockdep.ts';
import { oopsFamilies } from './oops.ts';
import { outsideFamilies } from './outside.ts';
import { panicFamilies } from './panic.ts';
import type { CrashFamily } from './rule.ts';
import { sanitizerFamilies } from './sanitizer.ts';
import { stallFamilies } from './stall.ts';
import { warningFamilies } from './warning.ts';

export const crashFamilies: readonly CrashFamily[] = [
  ...sanitizerFamilies, ...stallFamilies, ...lockdepFamilies, ...oopsFamilies, ...warningFamilies, ...bugFamilies, ...panicFamilies, ...outsideFamilies,
];
