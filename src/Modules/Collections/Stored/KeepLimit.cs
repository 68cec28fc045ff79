using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Collections.Stored;

/// <summary>
/// How much one person may have kept of what records were before: a change of some bytes keeps a long record whole. Records of less than
/// <see cref="Free"/> bytes are not looked at.
/// </summary>
internal sealed class KeepLimit(IOptions<LimitsOptions> limits, LimitLedger ledger, TimeProvider clock)
{
    public const int Free = 16 * 1024;

    // In pieces of that size: 64 MiB at once, 16 KiB more each second.
    private readonly PersonLimit _kept = new(
        "records-kept",
        "Too many changes of long records.",
        new BucketOptions { Burst = 4096, PerSecond = 1 },
        limits,
        ledger,
        clock
    );

    /// <summary>Null if so many bytes more may be kept.</summary>
    public Problem? Refuse(Guid? account, long bytes) =>
        bytes < Free ? null : _kept.Refuse(account ?? Guid.Empty, (int)(bytes / Free));
}
