using System.ComponentModel.DataAnnotations;

namespace Sillage.Hosting.Limits;

/// <summary>How much, how fast and how long: section <c>Limits</c>. All of it is on by default.</summary>
public sealed class LimitsOptions
{
    /// <summary>The largest body in bytes, where an endpoint does not say otherwise. Default 1 MiB.</summary>
    [Range(1024L, 1L << 31)]
    public long Body { get; set; } = 1024 * 1024;

    /// <summary>
    /// How much memory may be taken at once by bodies that are being read or worked on, unpacked, and by what is read on its way, in bytes; what has up to
    /// 16 KiB is not counted. Who finds no room gets 503. Default 256 MiB.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long BodiesInMemory { get; set; } = 256 * 1024 * 1024;

    /// <summary>What one account may take of it, or the strangers at one address, in bytes; one body or reply alone may have more. Beyond, 429. Default 64 MiB.</summary>
    [Range(64L * 1024, 1L << 40)]
    public long BodiesInMemoryPerAccount { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many bodies over 16 KiB one account may have under way at once. Beyond, 429. Default 32.</summary>
    [Range(1, 100_000)]
    public int BodiesPerAccount { get; set; } = 32;

    /// <summary>
    /// How much is kept of replies to requests with an Idempotency-Key, within a day, in bytes; each counts for 512 at least. Beyond,
    /// requests with one get 503, save of accounts that have little kept. Default 2 GiB.
    /// </summary>
    [Range(64L * 1024, 1L << 50)]
    public long KeptReplies { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>What one account may have of it, or the strangers at one address, in bytes. Beyond, 429. Default 128 MiB.</summary>
    [Range(64L * 1024, 1L << 50)]
    public long KeptRepliesPerAccount { get; set; } = 128 * 1024 * 1024;

    /// <summary>How long a compressed body may take to come and be unpacked. Default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Unpacking { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>All header fields of a request together, in bytes. Default 32 KiB.</summary>
    [Range(1024, 1 << 20)]
    public int HeadersTotal { get; set; } = 32 * 1024;

    /// <summary>The number of header fields of a request. Default 100.</summary>
    [Range(10, 1000)]
    public int HeaderCount { get; set; } = 100;

    /// <summary>The first line of a request with method and address, in bytes. Default 8 KiB.</summary>
    [Range(512, 1 << 20)]
    public int RequestLine { get; set; } = 8 * 1024;

    /// <summary>How long the headers of a request may take to arrive. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection stays open without a request. Default 130 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>The slowest that a body may arrive, in bytes per second once the grace is over; 0 for any. Default 240.</summary>
    [Range(0, 1 << 20)]
    public double SlowestBody { get; set; } = 240;

    /// <summary>How long a body may arrive as slowly as it likes. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request may take that does not stream. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Handler { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many connections there may be at once. Default 10 000.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 10_000;

    /// <summary>
    /// How many of them one address may have (IPv6: one /64 network); trusted proxies are not counted. A classroom of a hundred behind
    /// one address has ten each and more. Default 2000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddress { get; set; } = 2000;

    /// <summary>How many streams of events an account and an address may have open. Default 20 and 200.</summary>
    public ShareOptions Streams { get; set; } = new() { PerAccount = 20, PerAddress = 200 };

    /// <summary>How many exports, and other replies without a time limit, an account and an address may have under way. Default 10 and 60.</summary>
    public ShareOptions Exports { get; set; } = new() { PerAccount = 10, PerAddress = 60 };

    /// <summary>How long requests under way may go on once the server is told to stop. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many requests in what time.</summary>
    public RateLimitsOptions RateLimits { get; set; } = new();
}

/// <summary>Token buckets: each holds so many requests at most and fills again steadily.</summary>
public sealed class RateLimitsOptions
{
    /// <summary>Whether requests are counted at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Of one address (IPv6: one /64 network): requests without a credential, or with one that is refused. Those with a good one are
    /// counted by their account alone. Default 1500 at once, 300 a second.
    /// </summary>
    public BucketOptions Address { get; set; } = new() { Burst = 1500, PerSecond = 300 };

    /// <summary>Of one account, wherever it is. Default 500 at once, 50 a second.</summary>
    public BucketOptions Account { get; set; } = new() { Burst = 500, PerSecond = 50 };

    /// <summary>
    /// Registrations and the like of one address, and passwords that it has compared, given back if they were right. Default 200 at
    /// once, 2 a second; against guessing at one account stands the account's own lockout.
    /// </summary>
    public BucketOptions Login { get; set; } = new() { Burst = 200, PerSecond = 2 };
}

/// <summary>A token bucket.</summary>
public sealed class BucketOptions
{
    /// <summary>How many requests at once.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 1;

    /// <summary>How many more each second.</summary>
    [Range(0.001, 10_000_000)]
    public double PerSecond { get; set; } = 1;
}

/// <summary>How many of something at once. Beyond, 429.</summary>
public sealed class ShareOptions
{
    /// <summary>Of one account, wherever it is.</summary>
    [Range(1, 1_000_000)]
    public int PerAccount { get; set; } = 1;

    /// <summary>Of one address (IPv6: one /64 network), whoever is behind it.</summary>
    [Range(1, 1_000_000)]
    public int PerAddress { get; set; } = 1;
}
