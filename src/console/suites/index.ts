// The suites that tell results in lines of their own. A new one is a file beside this one and a line here.
import type { Suite } from './suite.ts';
import { gotest } from './gotest.ts';
import { ltp } from './ltp.ts';
import { pytest } from './pytest.ts';
import { tap } from './tap.ts';

export const suites: readonly Suite[] = [tap, ltp, gotest, pytest];
