// The settings of a run that is one of several parts: parts share a commit, and must not overwrite what others tell. Pure.
import type { GithubSettings } from '../../model/github.ts';
import type { ShardNumber } from '../../model/shard.ts';

/** The context of a part is `kit-test 2/4`. */
export function shardSettings(settings: GithubSettings, shard: ShardNumber | undefined): GithubSettings {
  return shard === undefined ? settings : { ...settings, context: `${settings.context} ${shard.index}/${shard.count}` };
}
