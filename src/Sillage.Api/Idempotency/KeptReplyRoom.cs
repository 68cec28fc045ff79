using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Api.Idempotency;

/// <summary>How much is kept of replies to requests with an <c>Idempotency-Key</c>, within a day.</summary>
/// <param name="Bytes">All together.</param>
/// <param name="BytesPerOwner">Those of one account, or of the strangers at one address.</param>
/// <param name="StrangerAt">What strangers are told apart by.</param>
public sealed record KeptReplyLimits(long Bytes, long BytesPerOwner, Func<HttpContext, string> StrangerAt);

/// <summary>
/// Keeps the books of the day's kept replies, by hours. A process counts what it keeps itself and what it finds when it is first asked, so that the books cost
/// no statement: of several processes on one database, each counts its own. Who has little kept is never refused for what others have.
/// </summary>
public sealed class KeptReplyRoom(KeptReplyLimits limits, KeptReplyRows rows, TimeProvider clock)
{
    private const int Hours = 24;

    // Whoever has less than this part of their own room is taken when all together have used up theirs.
    private const int Little = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Owned> _owners = new(StringComparer.Ordinal);
    private readonly Owned _all = new();
    private long _swept;
    private Task? _found;

    /// <summary>Whose reply it would be.</summary>
    internal string OwnerOf(HttpContext context, Guid? account) =>
        account?.ToString() ?? "anonymous " + limits.StrangerAt(context);

    /// <summary>Counts what is in the databases already, once.</summary>
    internal Task FindAsync()
    {
        lock (_gate)
        {
            return _found is null or { IsFaulted: true } ? _found = ReadAsync() : _found;
        }
    }

    /// <summary>Why one more reply would not be kept; null if it would.</summary>
    internal Problem? RefusalFor(string owner)
    {
        var now = clock.GetUtcNow();
        var oldest = OldestHour(now);
        lock (_gate)
        {
            var own = _owners.TryGetValue(owner, out var owned) ? owned.Since(oldest) : 0;
            return own >= limits.BytesPerOwner
                    ? Problem.TooManyRequests(
                        $"As many replies are kept for your requests with an {IdempotencyKey.HeaderName} as a day has room for ({limits.BytesPerOwner} bytes, each counting for {KeptReplyRows.RowBytes} at least). Nothing of this one was done; send it without the header, or later.",
                        UntilNextHour(now)
                    )
                : own >= limits.BytesPerOwner / Little && _all.Since(oldest) >= limits.Bytes
                    ? Problem.Unavailable(
                        $"The server keeps as many replies to requests with an {IdempotencyKey.HeaderName} as it has room for. Nothing of this one was done; send it without the header, or later.",
                        UntilNextHour(now)
                    )
                : null;
        }
    }

    /// <summary>A reply of so many bytes is kept.</summary>
    internal void Add(string owner, int bytes)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            Add(owner, HourOf(now), bytes + KeptReplyRows.RowBytes);
            if (_swept != HourOf(now))
            {
                _swept = HourOf(now);
                var oldest = OldestHour(now);
                foreach (var (name, _) in _owners.Where(o => o.Value.Since(oldest) == 0).ToList())
                {
                    _owners.Remove(name);
                }
            }
        }
    }

    private async Task ReadAsync()
    {
        var oldest = OldestHour(clock.GetUtcNow());
        // Shared by whoever asks meanwhile: not one request's to end.
        var found = await rows.ReadAsync(DateTimeOffset.UnixEpoch.AddHours(oldest), CancellationToken.None);
        lock (_gate)
        {
            foreach (var (owner, hour, bytes) in found)
            {
                Add(owner, hour, bytes);
            }
        }
    }

    private void Add(string owner, long hour, long bytes)
    {
        if (!_owners.TryGetValue(owner, out var owned))
        {
            _owners[owner] = owned = new Owned();
        }

        owned.Add(hour, bytes);
        _all.Add(hour, bytes);
    }

    private static TimeSpan UntilNextHour(DateTimeOffset now) =>
        DateTimeOffset.UnixEpoch.AddHours(HourOf(now) + 1) - now;

    private static long OldestHour(DateTimeOffset now) => HourOf(now) - Hours;

    private static long HourOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 3600;

    /// <summary>Bytes by the hour in which they were kept.</summary>
    private sealed class Owned
    {
        private readonly Dictionary<long, long> _hours = [];

        public void Add(long hour, long bytes) => _hours[hour] = _hours.GetValueOrDefault(hour) + bytes;

        public long Since(long oldest)
        {
            foreach (var (hour, _) in _hours.Where(h => h.Key < oldest).ToList())
            {
                _hours.Remove(hour);
            }

            return _hours.Values.Sum();
        }
    }
}
