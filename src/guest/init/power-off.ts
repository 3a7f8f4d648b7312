// How a guest ends. Everything lives in memory: there is nothing to sync. But the console drains at its own pace, and the end of power
// would cut off what is still on its way.
import { type Call, write } from '../calls.ts';

const TCSBRK = 0x5409;
/** What TCSBRK takes for "wait until all is out" (tcdrain(3)). */
const DRAIN = 1;
const MAGIC = 0xfee1_dead;
const MAGIC2 = 672_274_793;
const POWER_OFF = 0x4321_fedc;

export const powerOff: readonly Call[] = [
  { name: 'ioctl', args: [1, TCSBRK, DRAIN] },
  { name: 'reboot', args: [MAGIC, MAGIC2, POWER_OFF] },
  write(1, '# kit-test: cannot power off\n'),
  // The kernel panics when its init ends, and that ends the machine too.
  { name: 'exit', args: [1] },
];
