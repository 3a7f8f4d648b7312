import { describe, expect, it } from 'vitest';
import { mount } from '../../../src/guest/mount.ts';

describe('mount', () => {
  it('has flags for what the kernel knows of, and leaves the rest to the file system', () => {
    expect(mount('tmp', '/tmp', 'tmpfs', 'nosuid,nodev,mode=1777,size=1m')).toEqual({ name: 'mount', args: ['tmp', '/tmp', 'tmpfs', 2 | 4, 'mode=1777,size=1m'] });
  });

  it('says nothing to a file system that is told nothing', () => {
    expect(mount('/dev/vda', '/mnt', 'erofs', 'ro')).toEqual({ name: 'mount', args: ['/dev/vda', '/mnt', 'erofs', 1] });
    expect(mount('proc', '/proc', 'proc')).toEqual({ name: 'mount', args: ['proc', '/proc', 'proc', 0] });
  });
});
