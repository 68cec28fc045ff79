using System.ComponentModel.DataAnnotations;
using Sillage.Hosting.Limits;

namespace Sillage.Hosting.SocketIO;

/// <summary>Live connections (Socket.IO): section <c>Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>
    /// Whether a client may send its token as <c>token</c> in the address, where others may keep it: proxies, histories. Default false; for
    /// clients that can do no other.
    /// </summary>
    public bool TokenInQuery { get; set; }

    /// <summary>
    /// How long before the end of its access token a client is told (<c>token:expiring</c>), so that it gives a new one. 1 s to 10 min, default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TokenWarning { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The events that one connection may send to one namespace. Default 100 at once, 20 a second.</summary>
    public BucketOptions ConnectionEvents { get; set; } = new() { Burst = 100, PerSecond = 20 };

    /// <summary>The events and joins of one account on all its connections, and of the strangers of one address. Default 500 at once, 100 a second.</summary>
    public BucketOptions AccountEvents { get; set; } = new() { Burst = 500, PerSecond = 100 };
}
