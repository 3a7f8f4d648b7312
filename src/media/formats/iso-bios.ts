// A CD (or USB stick) for a BIOS.
import type { Format } from '../format.ts';
import { biosIsoLoaders, biosIsoTools, writeBiosIso } from '../iso.ts';
import { noBios } from '../unfit.ts';

export default {
  name: 'iso-bios',
  summary: 'an ISO image that a BIOS boots',
  files: (base) => [`${base}.iso`],
  tools: biosIsoTools,
  loaders: () => biosIsoLoaders,
  unfit: noBios,
  async write(system, base, context, signal) {
    await writeBiosIso(system, `${base}.iso`, context, signal);
    return [`${base}.iso`];
  },
} satisfies Format;
