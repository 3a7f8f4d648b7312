// LinuxKit YAML as data: the keys of `moby/schema.go`, every level refusing unknown ones.
// Of the two keys of 2017, `outputs` chooses formats for the build command and `trust` is accepted and not used.
import * as z from 'zod';
import { containerOptionKeys } from '../../oci/options.ts';

const words = z.array(z.string());

const Kernel = z.strictObject({
  image: z.string().optional().describe('image that holds a kernel'),
  cmdline: z.string().optional().describe('kernel arguments'),
  binary: z.string().optional().describe('file in the image that is the kernel; default: kernel, or bzImage as in 2017'),
  tar: z.string().optional().describe('archive in the image that belongs into the root file system; none where there is none; default: kernel.tar'),
  ucode: z.string().optional().describe('file in the image that is the microcode, if it is there'),
});

const ContainerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  ...containerOptionKeys,
});
export type Container = z.infer<typeof ContainerSchema>;

const File = z.strictObject({
  path: z.string(),
  directory: z.boolean().optional(),
  symlink: z.string().optional(),
  contents: z.string().optional(),
  source: z.string().optional().describe('file on this machine, relative to this YAML'),
  metadata: z.string().optional().describe('yaml or json: this file itself'),
  optional: z.boolean().optional().describe('leave the file out where its source does not exist'),
  mode: z.string().optional().describe('octal digits in quotes'),
  uid: z.union([z.int().min(0).max(0xffff_fffe), z.string()]).optional(),
  gid: z.union([z.int().min(0).max(0xffff_fffe), z.string()]).optional(),
});
export type FileEntry = z.infer<typeof File>;

const Volume = z.strictObject({
  name: z.string(),
  image: z.string().optional().describe('image whose files the volume holds at first'),
  readonly: z.boolean().optional(),
  format: z.enum(['oci', 'filesystem']).optional().describe('oci: the image as an OCI layout, not its files'),
  platforms: words.optional().describe('of the format oci: whose layers to hold, such as linux/amd64'),
});
export type Volume = z.infer<typeof Volume>;

/** image.yml */
export const LinuxkitSchema = z.strictObject({
  kernel: Kernel.optional(),
  init: words.optional(),
  onboot: z.array(ContainerSchema).optional(),
  onshutdown: z.array(ContainerSchema).optional(),
  services: z.array(ContainerSchema).optional(),
  volumes: z.array(Volume).optional(),
  files: z.array(File).optional(),
  trust: z.strictObject({ image: words.optional(), org: words.optional() }).optional().describe('of 2017: accepted, not used'),
  outputs: z.array(z.strictObject({ format: z.string() })).optional().describe('of 2017: formats for the build command'),
});
export type LinuxkitDocument = z.infer<typeof LinuxkitSchema>;

/** The three sections of containers, in the order in which their names are numbered. */
export const sections = ['onboot', 'onshutdown', 'services'] as const;
