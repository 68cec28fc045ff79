using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Posts.Content;

/// <summary>How many posts and comments one person may write and change: others are told of them, and each change is kept.</summary>
internal sealed class WriteLimit(
    IOptions<PostsOptions> options,
    IOptions<LimitsOptions> limits,
    LimitLedger ledger,
    TimeProvider clock
)
{
    private readonly PersonLimit _writes = new(
        "posts",
        "Too many posts and comments.",
        new BucketOptions { Burst = options.Value.WriteBurst, PerSecond = options.Value.WritesPerMinute / 60 },
        limits,
        ledger,
        clock
    );

    /// <summary>Null if another one may be written or changed.</summary>
    public Problem? Refuse(Guid account) => _writes.Refuse(account);
}
