// `apt:PACKAGE,…[@SUITE]`: Debian packages with their dependencies for the guest's architecture. No maintainer script
// runs, so there are no users, alternatives or caches made by them. Documentation and translations are left out.
import { createHash } from 'node:crypto';
import { streamDeb } from '../../apt/deb.ts';
import type { AptPackage } from '../../apt/package.ts';
import type { Entry } from '../../archive/entry.ts';
import type { Tree } from '../../archive/rootfs.ts';
import { foldLayers } from '../../oci/layers.ts';
import { spoolTar } from '../spool.ts';
import { plainConfig, type Source, type Transport, type TransportContext } from '../source.ts';
import { combinePackages } from '../usr-merge.ts';

const VERSION = 1;
/** Packages unpacked at once: each is a dpkg-deb process. */
const AT_ONCE = 3;
const leftOut = /^(\.?\/)*usr\/share\/(doc|man|info|locale|lintian|bash-completion)(\/|$)/;

const apt: Transport<'apt'> = async (reference, context, signal): Promise<Source> => {
  const packages = await context.apt.resolve({ suite: reference.suite ?? context.suite, arch: context.arch.debian, packages: reference.packages, purpose: 'image' }, signal);
  const digest = createHash('sha256').update(JSON.stringify([VERSION, packages.map((pkg) => pkg.sha256)])).digest('hex');
  return { ref: reference.text, digest: `sha256:${digest}`, config: plainConfig, tree: (inner) => readPackages(packages, context, inner) };
};

async function readPackages(packages: readonly AptPackage[], context: TransportContext, signal: AbortSignal): Promise<Tree> {
  const trees: Tree[] = [];
  for (let at = 0; at < packages.length; at += AT_ONCE) {
    const read = await Promise.all(packages.slice(at, at + AT_ONCE).map((pkg) => readPackage(pkg, context, signal)));
    trees.push(...read.map((entries) => foldLayers([entries.filter((entry) => !leftOut.test(entry.name))])));
  }
  return combinePackages(trees);
}

async function readPackage(pkg: AptPackage, context: TransportContext, signal: AbortSignal): Promise<readonly Entry[]> {
  const { entries } = await spoolTar(context.cache, `deb:${pkg.sha256}`, async (shared) => streamDeb(await context.apt.fetch(pkg, shared), shared), signal);
  return entries;
}

export default apt;
