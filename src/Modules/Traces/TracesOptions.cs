using System.ComponentModel.DataAnnotations;

namespace Sillage.Traces;

/// <summary>Settings of the traces module, section <c>Traces</c>.</summary>
public sealed class TracesOptions
{
    /// <summary>The longest body of traces in bytes, after decompression. Default 32 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxBatchBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>The most traces in one batch. Default 100 000.</summary>
    [Range(1, 1_000_000)]
    public int MaxBatchTraces { get; set; } = 100_000;

    /// <summary>
    /// The most traces of one batch that may be rejected; with more of them the batch is refused (413) and nothing of it is stored or
    /// kept. Default 1000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxRejectedTraces { get; set; } = 1000;

    /// <summary>The most rejected traces of one sender that the quarantine of one study keeps. Default 10 000.</summary>
    [Range(1, 1_000_000)]
    public int MaxQuarantinedTraces { get; set; } = 10_000;

    /// <summary>The same in bytes. Default 64 MiB.</summary>
    [Range(1024, 1L << 40)]
    public long MaxQuarantinedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The longest single trace in bytes. Default 1 MiB.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxTraceBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many bytes of bodies may wait in memory to be stored before further senders are told to come back. Default 256 MiB.
    /// </summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxQueuedBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How often a live stream without traces says that it is still there, in seconds. Default 15.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>
    /// How often what is past a study's retention is removed; also at every start. 1 minute to 7 days, default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long the list of withdrawn consents remembers one: for as long as a backup from before it may be restored. 30 days
    /// to 100 years, default 2 years.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36525.00:00:00")]
    public TimeSpan KeepWithdrawals { get; set; } = TimeSpan.FromDays(730);

    /// <summary>
    /// Whether it takes two to see who is behind pseudonyms: nobody gives himself the right <c>identities</c>, somebody else who holds
    /// <c>manage</c> does. Default false.
    /// </summary>
    public bool SecondPersonForIdentities { get; set; }

    /// <summary>Whether identities are opened, and the right to them given, only with a purpose (<c>?purpose=</c>). Default false.</summary>
    public bool PurposeForIdentities { get; set; }

    /// <summary>How many live streams may be open at once in this process. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxLiveStreams { get; set; } = 1000;

    /// <summary>
    /// How long new traces may wait to be counted for summaries, in seconds. Who asks for a summary has them counted at
    /// once. Default 5.
    /// </summary>
    [Range(1, 86_400)]
    public int TallySeconds { get; set; } = 5;
}
